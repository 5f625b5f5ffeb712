"""Templates of one language, with its words in them when they are compiled, not looked up whenever they are rendered.

A text with variables in it is still asked for each time. Jinja's i18n extension does the rest.
"""

from collections.abc import Callable
from typing import Any

from jinja2 import Environment, nodes
from jinja2.visitor import NodeTransformer


class SpokenEnvironment(Environment):
    """`said` gives the words of the environment's language for those of a template; None looks everything up."""

    said: Callable[[str], str] | None = None

    def _generate(self, source: nodes.Template, *args: Any, **named: Any) -> str:
        spoken = _Speaker(self.said).visit(source) if self.said else source
        return super()._generate(spoken, *args, **named)


class _Speaker(NodeTransformer):
    def __init__(self, said: Callable[[str], str]) -> None:
        self._said = said

    def visit_Call(self, node: nodes.Call) -> nodes.Node:
        """`{% trans %}` and `_("...")` without variables: markup to newstyle gettext, as template data is."""
        match node:
            case nodes.Call(
                node=nodes.Name(name="gettext" | "_"), args=[nodes.Const(value=str(text))], kwargs=[], dyn_args=None,
                dyn_kwargs=None,
            ):  # fmt: skip
                return nodes.TemplateData(self._said(text) % {}, lineno=node.lineno, environment=node.environment)
        return self.generic_visit(node)

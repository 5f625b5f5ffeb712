"""What the pages take, as an OpenAPI document: for a fuzzer that wants to know where it can get in.

Made from the application's addresses, and from the links and forms that an example of every page shows (`site.py`).
"""

from collections import defaultdict
from collections.abc import Iterable
from typing import Any
from urllib.parse import parse_qsl, urlsplit
from xml.etree.ElementTree import Element

from starlette.routing import compile_path

from tests.visitor import Visitor, tag
from web.app import SPOTS
from web.room import KEY, Spot

OURS = "o" * 24  # the key of a form, as long as a right one, which somebody puts in its place when it is sent
URLENCODED, MULTIPART = "application/x-www-form-urlencoded", "multipart/form-data"
MOST = 3  # of long lists (countries, zones) so many are enough
Schema = dict[str, Any]
Schemas = dict[str, Schema]


def document(visitor: Visitor, pages: Iterable[str]) -> dict[str, Any]:
    """OpenAPI 3.1 of every spot. `pages`: paths whose links and forms say which values are right."""
    parts, queries = ({spot.path: dict[str, Schema]() for spot in SPOTS} for _ in range(2))
    forms = {spot.path: dict[str, Schema]() for spot in SPOTS}
    needed: dict[str, list[set[str]]] = defaultdict(list)
    for page in pages:
        links, answer = [page], visitor.get(page)
        if answer.headers["content-type"].startswith("text/html"):
            links += visitor.links()
            for form in visitor.tree().iter(tag("form")):
                (spot, _) = _place(form.get("action") or page) or (SPOTS[0], {})
                needed[spot.path].append(_fields(form, forms[spot.path]))
        for link in links:
            if there := _place(link):
                spot, values = there
                for name, value in values.items():
                    _known(parts[spot.path], name, value)
                for name, value in parse_qsl(urlsplit(link).query):
                    _known(queries[spot.path], name, value)
    paths = {
        compile_path(spot.path)[1]: {
            method: {
                "parameters": [
                    *_parameters("path", parts[spot.path], required=True),
                    *_parameters("query", {"lang": {"enum": ["ar", "xx"]}} | queries[spot.path]),
                    *_parameters("header", {"Accept-Language": {"enum": ["ar", "pt-BR, fr;q=0.9"]}}),
                ],
                "responses": {"default": {"description": "a page"}},
                **({"requestBody": _body(spot, forms[spot.path], needed[spot.path])} if method == "post" else {}),
            }
            for method in [*(["get"] if spot.get else []), *(["post"] if spot.post else [])]
        }
        for spot in SPOTS
    }
    return {"openapi": "3.1.0", "info": {"title": "The participants' pages", "version": "1"}, "paths": paths}


def _fields(form: Element, found: Schemas) -> set[str]:
    """Adds a form's fields to `found`. Which of them a browser always sends."""
    always = set()
    for one in form.iter():
        name, kind = one.get("name"), one.get("type", "text") if one.tag == tag("input") else ""
        if not name or one.get("disabled") is not None:
            continue
        if one.tag == tag("textarea") or kind in ("text", "url"):
            least = int(one.get("required") is not None)
            found[name] = {"type": "string", "minLength": least, "maxLength": int(one.get("maxlength", 0)) + 1}
        elif kind == "email":
            found[name] = {"enum": ["amina@example.org", "Zoë.Nobody@xn--bcher-kva.example"]}
        elif one.tag == tag("select"):
            for option in one.iter(tag("option")):
                _known(found, name, option.get("value", ""))
        else:
            _known(found, name, one.get("value", ""), many=kind == "checkbox")
        if kind not in ("checkbox", "radio") and one.tag != tag("button"):
            always.add(name)
    return always


def _known(found: Schemas, name: str, value: str, many: bool = False) -> None:
    schema = found.setdefault(name, {"type": "array", "items": {"enum": []}} if many else {"enum": []})
    values = schema["items"]["enum"] if "items" in schema else schema["enum"]
    if value not in values and (len(values) < MOST or name == "token"):
        values.append(value)


def _parameters(place: str, schemas: Schemas, **more: Any) -> list[dict[str, Any]]:
    return [{"name": name, "in": place, "schema": schema, **more} for name, schema in schemas.items()]


def _body(spot: Spot, fields: Schemas, needed: list[set[str]]) -> dict[str, Any]:
    schema = {
        "type": "object",
        "properties": fields | {KEY: {"enum": [OURS]}},
        "required": sorted(set.intersection(*needed)),
        "additionalProperties": False,
    }  # fmt: skip
    kinds = {URLENCODED: {"schema": schema}}
    if spot.one_click:
        click = {"type": "object", "properties": {"List-Unsubscribe": {"enum": ["One-Click"]}}}
        kinds[MULTIPART] = {"schema": click}
    return {"required": True, "content": kinds}


def _place(link: str) -> tuple[Spot, dict[str, str]] | None:
    """Which spot answers a link, the first that fits as in the application, and the parts of its path."""
    for spot in SPOTS:
        if found := compile_path(spot.path)[0].match(urlsplit(link).path):
            return spot, found.groupdict()
    return None

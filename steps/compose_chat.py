"""stub"""
from typing import Any


def compose_chat(app: Any, send: Any, facts: Any, state: Any, now: Any) -> Any:
    raise NotImplementedError

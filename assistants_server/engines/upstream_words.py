"""What an upstream says of an error, wherever it puts that."""

from __future__ import annotations

import json
import re
from contextlib import suppress
from typing import Any, Final, NamedTuple

JSON = dict[str, Any]
ALTERNATE: Final = re.compile(r"\broles? must alternate|must alternate between", re.I)
"""What templates of models say where messages of one role follow each other."""
# Errors within errors, of proxies before proxies.
_DEPTH: Final = 4
_MOST: Final = 20_000


class Said(NamedTuple):
    """What is said of an error.

    Attributes:
        text: all texts, the outermost first; a parameter that they don't name behind.
        codes: the codes and types.
        status: the HTTP status that is named; 0 for none.
        parameter: the parameter that it is about; "" for none.
        prompt: how many tokens the input has, where that is said.
        room: how many the model can read, where that is said.
    """

    text: str
    codes: frozenset[str]
    status: int
    parameter: str
    prompt: int | None
    room: int | None


def what_is_said(body: Any) -> Said:
    """Return what an error says.

    Args:
        body: the decoded body, or its text; of an event, its data.
    """
    levels, text = _levels(body)
    codes = {str(e.get(n) or "") for e in levels for n in ("code", "type", "status")}
    parameter = next((p for e in levels if isinstance(p := e.get("param"), str)), "")
    if parameter and parameter not in text:
        text = f"{text} ({parameter})"
    return Said(
        text.strip()[:_MOST],
        frozenset(codes - {""}),
        next(filter(None, map(_status, levels)), 0),
        parameter,
        next(filter(None, (_count(e.get("n_prompt_tokens")) for e in levels)), None),
        next(filter(None, (_count(e.get("n_ctx")) for e in levels)), None),
    )


def _levels(body: Any) -> tuple[list[JSON], str]:
    """Return the objects with message and code, the outermost first, and their text."""
    levels: list[JSON] = []
    texts: list[str] = []
    inner: Any = body
    while inner and len(levels) < _DEPTH:
        details = _details(inner)
        if not details:
            texts.append(_plain(inner) if isinstance(inner, str) else "")
            break
        levels.append(details)
        message = _message(details)
        inner = _decoded(message)
        if inner is None:
            texts.append(_plain(message))
            # OpenRouter, which itself says next to nothing: it passes an error on.
            metadata = details.get("metadata")
            inner = metadata.get("raw") if isinstance(metadata, dict) else None
    known = dict.fromkeys(" ".join(each.split()) for each in texts)
    return levels, ": ".join(filter(None, known))


def _details(body: Any) -> JSON:
    """Return the object with message and code."""
    if isinstance(body, str):
        body = _decoded(body)
    if isinstance(body, list):
        # Google's: SuzumiyaAkizuki/ComfyUI-NewBie-LLM-Formatter#3.
        body = next((each for each in body if isinstance(each, dict)), None)
    if not isinstance(body, dict):
        return {}
    error, several = body.get("error"), body.get("errors")
    if isinstance(error, dict):
        return error
    if isinstance(error, str):
        return {**body, "message": error}
    if isinstance(several, list) and several and isinstance(several[0], dict):
        return {**body, **several[0]}
    # MiniMax
    base = body.get("base_resp")
    if isinstance(base, dict):
        return {"message": base.get("status_msg"), "code": base.get("status_code")}
    return body


def _message(details: JSON) -> Any:
    """Return the message, by whichever name."""
    names = ("message", "detail", "msg", "error_msg")
    return next((details[name] for name in names if details.get(name)), "")


def _decoded(message: Any) -> Any:
    """Return the error that stands in place of a message; None where it is a text.

    Mistral has an object there: Gage-Technologies/mistral-go#2. Proxies have its text:
    mistralai/platform-docs-public#7, lbjlaq/Antigravity-Manager#1942.
    """
    if isinstance(message, str) and message.lstrip()[:1] in ("{", "["):
        with suppress(ValueError, RecursionError):
            message = json.loads(message)
    known = ("error", "message", "detail", "msg")
    if isinstance(message, dict) and any(message.get(name) for name in known):
        return message
    return None


def _plain(message: Any) -> str:
    """Return a message as text; what a page of HTML says helps nobody."""
    if isinstance(message, list) and all(isinstance(e, dict) for e in message):
        # FastAPI's: what is wrong, and where.
        return "; ".join(_finding(each) for each in message)
    text = message if isinstance(message, str) else str(message)
    return "" if text.lstrip().startswith("<") else text


def _finding(finding: JSON) -> str:
    where, what = finding.get("loc"), finding.get("msg")
    if not isinstance(what, str) or not isinstance(where, list | tuple):
        return str(finding)
    return f"{'.'.join(map(str, where))}: {what}"


def _status(details: JSON) -> int:
    """Return the HTTP status that an event names; 0 where it names none.

    LiteLLM and others write it as text: BerriAI/litellm#22793.
    """
    code = details.get("code")
    if isinstance(code, str) and code.isdecimal():
        code = int(code[:4])
    return code if isinstance(code, int) and 400 <= code < 600 else 0


def _count(value: Any) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) else None

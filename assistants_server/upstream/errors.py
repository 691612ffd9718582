"""What an upstream's refusal means for the run."""

from __future__ import annotations

import re
from typing import Any, Final, Literal

Code = Literal["server_error", "rate_limit_exceeded", "invalid_prompt"]

_SHOWN: Final = 500
_TOO_MANY: Final = 429
# Of OpenAI and most others; of llama.cpp.
_TOO_LONG_CODES: Final = ("context_length_exceeded", "exceed_context_size_error")
_TOO_LONG: Final = re.compile(
    r"context[ _](length|size|window)|maximum context|prompt is too long"
    r"|too many (input |prompt )?tokens|input is too long",
    re.IGNORECASE,
)
_REFUSED: Final = re.compile(
    r"unsupported|not supported|does not support|un(known|recogni[sz]ed|expected)"
    r"|not (permitted|allowed)|extra (inputs|fields)|invalid parameter",
    re.IGNORECASE,
)
_REFUSED_CODES: Final = ("unsupported_parameter", "unknown_parameter")
# Statuses by which servers refuse what they were asked.
_BAD: Final = (400, 413, 422)


class UpstreamError(Exception):
    """The upstream can't answer; the text is for the run's `last_error`.

    Attributes:
        code: the code of that.
        text: what the upstream itself said, if anything.
    """

    def __init__(
        self, message: str, code: Code = "server_error", text: str = ""
    ) -> None:
        super().__init__(message)
        self.code: Code = code
        self.text = text


class ContextTooLongError(UpstreamError):
    """The input has more tokens than the model can read.

    Attributes:
        prompt: how many the input has, where that was said.
        room: how many the model can read, where that was said.
    """

    def __init__(
        self, message: str, text: str, prompt: int | None, room: int | None
    ) -> None:
        super().__init__(message, "invalid_prompt", text)
        self.prompt = prompt
        self.room = room


class RefusedParameterError(UpstreamError):
    """The upstream doesn't know a parameter of the request.

    Attributes:
        text: the refusal, which names the parameter somewhere.
    """


def error_of(name: str, status: int, body: Any) -> UpstreamError:
    """Return the error that a response or an event of an upstream stands for.

    Args:
        name: what errors call the upstream.
        status: the HTTP status; of an event, the status that it names, or 0.
        body: the decoded body, or its text.
    """
    details = _details(body)
    text = _text(details, body)
    said = f": {text}" if text else ""
    what = f"answered {status}" if status else "reports an error"
    message = f"{name} {what}{said}"
    code = str(details.get("code") or "")
    kind = str(details.get("type") or "")
    if {code, kind} & {*_TOO_LONG_CODES} or (
        status in (0, *_BAD) and _TOO_LONG.search(text)
    ):
        prompt, room = details.get("n_prompt_tokens"), details.get("n_ctx")
        return ContextTooLongError(message, text, _count(prompt), _count(room))
    if status == _TOO_MANY or "rate_limit" in code or "rate_limit" in kind:
        return UpstreamError(message, "rate_limit_exceeded", text)
    if status in _BAD:
        if _REFUSED.search(text) or code in _REFUSED_CODES:
            return RefusedParameterError(message, "invalid_prompt", text)
        return UpstreamError(message, "invalid_prompt", text)
    return UpstreamError(message, "server_error", text)


def is_used_up(body: Any) -> bool:
    """Return whether a refusal with 429 is for good: nothing is left to spend."""
    details = _details(body)
    words = {str(details.get(key)) for key in ("code", "type")}
    return bool(words & {"insufficient_quota", "billing_hard_limit_reached"})


def _details(body: Any) -> dict[str, Any]:
    """Return the object with message and code, wherever a server puts it."""
    if not isinstance(body, dict):
        return {}
    error = body.get("error")
    if isinstance(error, dict):
        return error
    if isinstance(error, str):
        return {**body, "message": error}
    return body


def _text(details: dict[str, Any], body: Any) -> str:
    message = details.get("message")
    if not isinstance(message, str) or not message:
        # As FastAPI says it, or as text; what a page of HTML says helps nobody.
        message = details.get("detail", body if isinstance(body, str) else "")
        if not isinstance(message, str):
            message = str(message)
        if message.lstrip().startswith("<"):
            message = ""
    parameter = details.get("param")
    if isinstance(parameter, str) and parameter and parameter not in message:
        message = f"{message} ({parameter})"
    text = " ".join(message.split())
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}..."


def _count(value: Any) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) else None

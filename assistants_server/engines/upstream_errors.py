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
# Of Ollama, vLLM and OpenAI, with 404; of LiteLLM, with 400.
_NO_MODEL: Final = re.compile(
    r"\bmodel\b.{0,99}\b(not found|(does not|doesn't) exist)|invalid model name",
    re.IGNORECASE,
)
_REFUSED_CODES: Final = ("unsupported_parameter", "unknown_parameter")
# Statuses by which servers refuse what they were asked.
_BAD: Final = (400, 413, 422)
# Those of servers that are busy or restarting, and how events without one say it.
_PASSING: Final = (408, 500, 502, 503, 504, 529)
_PASSING_CODES: Final = frozenset(
    {"server_error", "internal_server_error", "overloaded_error", "slow_down"}
)
_USED_UP: Final = ("insufficient_quota", "billing_hard_limit_reached")


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


class PassingError(UpstreamError):
    """What may be otherwise a moment later: the upstream is busy, or can't be reached.

    Attributes:
        pause: the seconds after which it wants to be asked again; 0 for no wish.
    """

    def __init__(
        self,
        message: str,
        code: Code = "server_error",
        text: str = "",
        *,
        pause: float = 0,
    ) -> None:
        super().__init__(message, code, text)
        self.pause = pause

    @property
    def is_limit(self) -> bool:
        """Return whether it is a rate limit."""
        return self.code == "rate_limit_exceeded"


class NoModelError(UpstreamError):
    """The upstream has no such model."""


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


def error_of(
    name: str, body: Any, status: int = 0, *, pause: float = 0
) -> UpstreamError:
    """Return the error that a response or an event of an upstream stands for.

    Args:
        name: what errors call the upstream.
        body: the decoded body, or its text; of an event, its data.
        status: the HTTP status; without one, that which an event names.
        pause: the seconds after which the upstream wants to be asked again.
    """
    details = _details(body)
    status = status or _status(details)
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
    limited = status == _TOO_MANY or "rate_limit" in code or "rate_limit" in kind
    # LiteLLM repeats the original refusal in its text.
    if {code, kind} & {*_USED_UP} or (limited and any(c in text for c in _USED_UP)):
        return UpstreamError(message, "rate_limit_exceeded", text)
    if limited:
        return PassingError(message, "rate_limit_exceeded", text, pause=pause)
    if code == "model_not_found" or (status in (404, *_BAD) and _NO_MODEL.search(text)):
        return NoModelError(message, "server_error", text)
    if status in _BAD:
        if _REFUSED.search(text) or code in _REFUSED_CODES:
            return RefusedParameterError(message, "invalid_prompt", text)
        return UpstreamError(message, "invalid_prompt", text)
    if status in _PASSING or (not status and {code, kind} & _PASSING_CODES):
        return PassingError(message, text=text, pause=pause)
    return UpstreamError(message, "server_error", text)


def _status(details: dict[str, Any]) -> int:
    """Return the HTTP status that an event names; 0 where it names none.

    LiteLLM and others write it as text: BerriAI/litellm#22793.
    """
    code = details.get("code")
    if isinstance(code, str) and code.isdecimal():
        code = int(code[:4])
    return code if isinstance(code, int) and 400 <= code < 600 else 0


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

"""What an upstream's refusal means for the run."""

from __future__ import annotations

import re
from typing import Any, Final, Literal

from .upstream_words import ALTERNATE, what_is_said

Code = Literal["server_error", "rate_limit_exceeded", "invalid_prompt"]

_SHOWN: Final = 500
_TOO_MANY: Final = 429
# Of OpenAI and most others; of llama.cpp; of GitHub and of what it has elsewhere.
_TOO_LONG_CODES: Final = (
    *("context_length_exceeded", "exceed_context_size_error", "tokens_limit_reached"),
    "model_max_prompt_tokens_exceeded",
)
_TOO_LONG: Final = re.compile(
    r"context[ _]?(length|size|window|limit)|maximum context"
    # xAI; vLLM
    r"|maximum (prompt|model|input) length"
    r"|prompt (is )?too long|too many (input |prompt )?tokens|input is too long"
    # Google; Moonshot; Qwen; Zhipu
    r"|input token count|exceeded model token limit|range of input length"
    r"|prompt exceeds max length"
    # Text Generation Inference, by two texts
    r"|`inputs` (tokens|must have less)"
    # GitHub; vLLM, where nothing is left to be written
    r"|request body too large for|max_tokens must be at least 1, got -",
    re.IGNORECASE,
)
# More than a model can write at once: OpenAI, vLLM, Groq, DeepSeek, Anthropic.
_TOO_MUCH: Final = re.compile(
    r"max_(completion_|output_|new_)?tokens\b"
    r".{0,80}(too large|less than|valid range|maximum|at most)",
    re.IGNORECASE,
)
_BLAMES_LIMIT: Final = re.compile(
    r"max_(completion_|output_|new_)?tokens|in the completion|output tokens",
    re.IGNORECASE,
)
# One request takes more than a minute's tokens, so that no waiting helps: OpenAI, and
# Groq with another status (continuedev/continue#10218).
_TOO_LARGE: Final = re.compile(r"request too large", re.IGNORECASE)
_TOKENS: Final = re.compile(
    r"limit:? (\d{1,15}), requested:? (\d{1,15})\b", re.IGNORECASE
)
_REFUSED: Final = re.compile(
    r"unsupported|not supported|(does not|doesn't) support|deprecated|cannot both"
    r"|un(known|recogni[sz]ed|expected)|cannot find field"
    r"|not (permitted|allowed|enabled)|extra (inputs|fields)"
    r"|invalid (parameter|tool_choice)"
    # Templates of models, by whichever server: vllm-project/vllm#6862.
    rf"|{ALTERNATE.pattern}",
    re.IGNORECASE,
)
# Of Ollama, vLLM and OpenAI, with 404; of LiteLLM, with 400.
_NO_MODEL: Final = re.compile(
    r"\bmodel\b.{0,99}\b(not found|(does not|doesn't) exist)|invalid model name",
    re.IGNORECASE,
)
_REFUSED_CODES: Final = {"unsupported_parameter", "unknown_parameter"}
# Statuses by which servers refuse what they were asked.
_BAD: Final = (400, 413, 422)
# Those of servers that are busy or restarting, below 500, and how events without one
# say it. Of those above, these two are for good.
_PASSING: Final = (408, 425, 498)
_LASTING: Final = (501, 505)
_PASSING_CODES: Final = frozenset(
    {"server_error", "internal_server_error", "overloaded_error", "slow_down"}
)
# llama.cpp, which may take minutes: mindverse/Second-Me#20; Hugging Face.
_LOADING: Final = re.compile(r"\bloading\b", re.IGNORECASE)
_UNAVAILABLE: Final = 503
_LIMITED: Final = re.compile(r"rate_limit|throttl|resource_exhausted", re.IGNORECASE)
# OpenAI; Moonshot; and how others put it, of whom some have a status for it.
_USED_UP: Final = re.compile(
    r"insufficient[ _](quota|balance|credits?|funds)|billing_hard_limit_reached"
    r"|exceeded_current_quota|credit balance",
    re.IGNORECASE,
)
_TO_PAY: Final = 402


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
        is_loading: whether it loads the model, which takes as long as it takes.
    """

    def __init__(
        self,
        message: str,
        code: Code = "server_error",
        text: str = "",
        *,
        pause: float = 0,
        is_loading: bool = False,
    ) -> None:
        super().__init__(message, code, text)
        self.pause = pause
        self.is_loading = is_loading

    @property
    def is_limit(self) -> bool:
        """Return whether it is a rate limit."""
        return self.code == "rate_limit_exceeded"


class NoModelError(UpstreamError):
    """The upstream has no such model."""


class ContextTooLongError(UpstreamError):
    """The request has more tokens than the model can take.

    Attributes:
        prompt: how many the input has, where that was said.
        room: how many the model can read, where that was said.
        blames_limit: whether it may be so for the tokens that may be written.
    """

    def __init__(
        self,
        message: str,
        code: Code = "invalid_prompt",
        text: str = "",
        *,
        prompt: int | None = None,
        room: int | None = None,
        blames_limit: bool = False,
    ) -> None:
        super().__init__(message, code, text)
        self.prompt = prompt
        self.room = room
        self.blames_limit = blames_limit


class RefusedParameterError(UpstreamError):
    """The upstream doesn't know a parameter of the request, or takes it otherwise.

    Attributes:
        text: the refusal, which names the parameter somewhere.
        parameter: what it says that it is about, if anything.
    """

    def __init__(self, message: str, text: str, parameter: str = "") -> None:
        super().__init__(message, "invalid_prompt", text)
        self.parameter = parameter


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
    said = what_is_said(body)
    status, text, codes = status or said.status, said.text, said.codes
    shown = text if len(text) <= _SHOWN else f"{text[:_SHOWN]}..."
    what = f"answered {status}" if status else "reports an error"
    message = f"{name} {what}{f': {shown}' if shown else ''}"
    limited = status == _TOO_MANY or any(map(_LIMITED.search, codes))
    is_large = bool((limited or status in _BAD) and _TOO_LARGE.search(text))
    is_long = status in (0, *_BAD) and bool(
        _TOO_LONG.search(text) or _TOO_MUCH.search(text)
    )
    if is_large or is_long or codes & {*_TOO_LONG_CODES}:
        counts = _TOKENS.search(text)
        room, prompt = map(int, counts.groups()) if counts else (said.room, said.prompt)
        return ContextTooLongError(
            message,
            "rate_limit_exceeded" if is_large else "invalid_prompt",
            text,
            prompt=prompt,
            room=room,
            blames_limit=bool(_BLAMES_LIMIT.search(text)),
        )
    # LiteLLM repeats the original refusal in its text.
    if status == _TO_PAY or (
        (limited or status in (0, *_BAD)) and any(map(_USED_UP.search, (*codes, text)))
    ):
        return UpstreamError(message, "rate_limit_exceeded", text)
    if limited:
        return PassingError(message, "rate_limit_exceeded", text, pause=pause)
    if "model_not_found" in codes or (
        status in (404, *_BAD) and _NO_MODEL.search(text)
    ):
        return NoModelError(message, "server_error", text)
    if status in _BAD and (_REFUSED.search(text) or codes & _REFUSED_CODES):
        return RefusedParameterError(message, text, said.parameter)
    if status and ALTERNATE.search(text):
        # llama.cpp calls it an error of its own.
        return RefusedParameterError(message, text)
    if status in _BAD:
        return UpstreamError(message, "invalid_prompt", text)
    is_broken = status >= 500 and status not in _LASTING
    if is_broken or status in _PASSING or (not status and codes & _PASSING_CODES):
        is_loading = status == _UNAVAILABLE and bool(_LOADING.search(text))
        return PassingError(message, text=text, pause=pause, is_loading=is_loading)
    return UpstreamError(message, "server_error", text)

"""What a model says in chat completions: chunks of a stream become outputs."""

from __future__ import annotations

import json
import logging
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from .._model_api import create_chat_completion, models
from ..engines.turn_events import Incomplete, RefusedText, Usage
from ..engines.upstream_errors import PassingError, UpstreamError, error_of
from .calls import Calls, new_id
from .pieces import AT_ONCE
from .thoughts import AnswerThoughts
from .values import count_of, text_of, those_of
from .written_calls import WrittenCalls

if TYPE_CHECKING:
    from collections.abc import Callable, Collection

    from .._model_api import Event
    from ..engines.turn_events import Output

_END = "[DONE]"
# Seconds in which the rest of an answer comes, such as its tokens, that has ended: some
# servers never say so (diegosouzapw/OmniRoute#6777).
_SOON = 30.0
# What stands for no reason in the chunks of some.
_NONE = ("null", "none")
# How else servers say that an answer ended at a limit: Mistral, and what stands before
# Anthropic's and Google's models.
_CUT = ("length", "model_length", "max_tokens", "max_output_tokens")
# Or by a filter: Google's, epam/ai-dial-adapter-vertexai#85; Zhipu's; Anthropic's.
_FILTERED = (
    *("content_filter", "safety", "recitation", "blocklist", "prohibited_content"),
    *("spii", "sensitive", "refusal"),
)
# Of OpenRouter, which mostly says why beside it: damianvtran/local-operator#223; of
# DeepSeek and Zhipu, as their documentation has it; of vLLM and SGLang; and of Google,
# where a model wrote a call that can't be read: googleapis/python-genai#1836.
_BROKEN = (
    *("error", "insufficient_system_resource", "network_error", "abort"),
    *("function_call_filter", "malformed_function_call"),
)
# What stands in place of choices where an event is an error.
_TOLD = ("message", "msg", "error_msg", "errors")
_CALLING = ("tool_calls", "function_call")
# What servers with a parser for a model's thoughts call them: the first one of
# DeepSeek, llama.cpp and others, the second one of Ollama, vLLM and OpenRouter.
_THOUGHTS = ("reasoning_content", "reasoning")
_log = logging.getLogger("assistants_server")
_Chunk = models.CreateChatCompletionStreamResponse
_Delta = models.ChatCompletionStreamResponseDelta


class ChatChunks:
    """Read the chunks of one turn, or the one whole response of a server.

    Some servers stop streaming where there are tools, and send one `chat.completion`.
    What the model thinks, as many servers send it, is nobody's business.
    """

    def __init__(
        self,
        name: str,
        taken: Collection[str] = (),
        begin_thoughts: Callable[[], AnswerThoughts] = AnswerThoughts,
        names: Collection[str] = (),
    ) -> None:
        """Begin a turn.

        Args:
            name: what errors call the upstream.
            taken: the ids of earlier calls of the run.
            begin_thoughts: returns what takes the thoughts out of a text.
            names: the functions that may be called.
        """
        self._name = name
        self._thoughts = begin_thoughts()
        self._calls = Calls(taken, names)
        self._written = WrittenCalls(names)
        self._usage: Usage | None = None
        self._finish = ""
        self._ended = False
        self._is_over = False
        self._heard = False
        self._spoke = self._shown = False

    @property
    def has_thought(self) -> bool:
        """Return whether an answer has come, if only of thoughts."""
        return self._heard

    @property
    def patience(self) -> float | None:
        """Return the seconds after which nothing is to come; None for no limit."""
        if self._is_over:
            return AT_ONCE
        # The tokens may be counted after the reason.
        return _SOON if self._finish else None

    def feed(self, event: Event) -> list[Output]:
        """Return the outputs that an event holds.

        Raises:
            UpstreamError: it reports an error, or is none of chat completions.
        """
        if event.data.strip() == _END:
            self._ended = self._is_over = True
            return []
        chunk = create_chat_completion.parse_event(event.event, event.data)
        if not isinstance(chunk, _Chunk):
            raise self._odd(event)
        self._check(event, chunk)
        self._count(chunk.usage)
        made: list[Output] = []
        for choice in those_of(
            chunk.choices, models.CreateChatCompletionStreamResponseChoicesItem
        ):
            if count_of(choice.index):
                # Nobody asked for a second answer.
                continue
            self._heard = True
            whole = choice.additional_properties.get("message")
            if self._spoke:
                # MiniMax says all of it once more at the end: GCWing/OpenBitFun#792.
                whole = None
            delta = _Delta.from_json(whole) if whole is not None else choice.delta
            if isinstance(delta, _Delta):
                made += self._delta(delta, is_whole=whole is not None)
            reason = text_of(choice.finish_reason).partition(":")[0].strip().lower()
            if reason not in _NONE:
                self._finish = reason or self._finish
            self._ended = self._ended or whole is not None
        return made

    def end(self) -> list[Output]:
        """Return what is left when the stream has ended.

        Raises:
            UpstreamError: it ended in the middle.
        """
        if not self._heard:
            raise self._error("answered with no word and no call")
        if not self._finish and not self._ended:
            raise self._error("broke off in the middle of its answer")
        if self._finish in _BROKEN:
            what = f"stopped in the middle of its answer ({self._finish})"
            raise PassingError(f"{self._name} {what}.")
        if not self._calls.are_named():
            raise self._error("calls a function without saying which")
        made: list[Output] = []
        is_cut = self._finish in _CUT
        if not self._calls:
            made += self._rest(is_cut=is_cut)
        if self._finish in _CALLING and not (self._calls or self._shown or made):
            what = "says that it calls functions, and calls none"
            raise PassingError(f"{self._name} {what}.")
        if self._calls.are_whole():
            made += self._calls.close()
        if not (is_cut or self._calls or self._shown or made):
            # That may be all there is to say, after calls of functions for instance.
            _log.warning("%s answered without a word for its user", self._name)
        if self._usage:
            made.append(self._usage)
        if self._finish in _FILTERED:
            made.append(Incomplete("content_filter"))
        elif is_cut and not (self._calls and self._calls.are_whole()):
            made.append(Incomplete("max_completion_tokens"))
        return made

    def _check(self, event: Event, chunk: Any) -> None:
        """Raise what the event reports, if it is an error."""
        rest = chunk.additional_properties
        told = rest.get("error") or "detail" in rest or chunk.object == "error"
        # As DashScope and MiniMax say it, with a status of 200.
        told = told or (not chunk.choices and _tells(rest))
        if not told and event.event != "error":
            return
        raise error_of(self._name, json.loads(event.data))

    def _odd(self, event: Event) -> UpstreamError:
        """Return what an event stands for that is no chunk: mostly an error."""
        with suppress(ValueError, RecursionError):
            body: Any = json.loads(event.data)
            if isinstance(body, list) and body and isinstance(body[0], dict):
                return error_of(self._name, body)
        if event.event == "error":
            return error_of(self._name, event.data)
        return self._error(f"sent {event.data[:40]!r} in place of a chunk")

    def _delta(self, delta: Any, *, is_whole: bool) -> list[Output]:
        made: list[Output] = []
        rest = delta.additional_properties
        if rest and any(text_of(rest.get(name)) for name in _THOUGHTS):
            self._thoughts.come_apart()
        text = _content(delta.content)
        said = self._written.feed(self._thoughts.feed(text, is_whole=is_whole))
        self._spoke = self._spoke or bool(text or delta.refusal or delta.tool_calls)
        made += [said] if said else []
        self._shown = self._shown or bool(said or delta.refusal)
        if refusal := text_of(delta.refusal):
            made.append(RefusedText(refusal))
        for call in those_of(
            delta.tool_calls, models.ChatCompletionMessageToolCallChunk
        ):
            made += self._call(call.index, call.id, call.function)
        if isinstance(
            delta.function_call, models.ChatCompletionStreamResponseDeltaFunctionCall
        ):
            self._spoke = True
            made += self._call(0, None, delta.function_call)
        return made

    def _call(self, index: Any, id: Any, function: Any) -> list[Output]:
        made = [] if self._calls else self._rest(is_read=True)
        name = text_of(getattr(function, "name", None))
        arguments = getattr(function, "arguments", None)
        return [*made, *self._calls.add(index, text_of(id), name, arguments)]

    def _rest(self, *, is_cut: bool = False, is_read: bool = False) -> list[Output]:
        """Return what of the text was held back, as text or as calls.

        Args:
            is_cut: whether the answer was cut off.
            is_read: whether the server reads calls itself, and leaves them in the text.
        """
        said = self._written.feed(self._thoughts.end(is_cut=is_cut))
        text, calls = self._written.end()
        made: list[Output] = [said + text] if said + text else []
        for name, arguments in () if is_read else calls:
            made += self._calls.add(None, new_id(), name, arguments)
        return made

    def _count(self, usage: Any) -> None:
        if isinstance(usage, models.CompletionUsage):
            details = usage.prompt_tokens_details
            counted = Usage(
                count_of(usage.prompt_tokens),
                count_of(usage.completion_tokens),
                count_of(getattr(details, "cached_tokens", None)),
            )
            # Some send empty ones, or noughts, in place of what they didn't count.
            if counted != Usage(0, 0):
                self._usage = counted

    def _error(self, what: str) -> UpstreamError:
        return UpstreamError(f"{self._name} {what}.")


def _content(content: Any) -> str:
    """Return the text of a content, which may be a list of parts."""
    if isinstance(content, str):
        return content
    content = [content] if isinstance(content, dict) else content
    return "".join(text_of(part.get("text")) for part in those_of(content, dict))


def _tells(rest: dict[str, Any]) -> bool:
    """Return whether an event without choices says what went wrong."""
    base = rest.get("base_resp")
    if isinstance(base, dict) and base.get("status_code"):
        return True
    return any(isinstance(rest.get(name), str | list) for name in _TOLD)

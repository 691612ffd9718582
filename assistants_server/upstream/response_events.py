"""What a model says in the Responses API: events of a stream become outputs."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, TypeAlias

from .._model_api import Model, UnknownObject, event_data, models
from ..engines.turn_events import (
    CodeCall,
    FileSearch,
    Incomplete,
    ToolCallDelta,
    Usage,
)
from ..engines.upstream_errors import UpstreamError, error_of
from .calls import known_name, new_id
from .foreign_files import WithFiles, image_of
from .item_keys import ItemKeys
from .pieces import AT_ONCE
from .response_texts import ResponseTexts
from .thoughts import AnswerThoughts
from .values import count_of, list_of, share_of, text_of, those_of

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Sequence

    from .._model_api import Event
    from ..engines.turn_events import Output
    from .response_texts import Part

    Found: TypeAlias = Output | WithFiles

JSON = dict[str, Any]
_END = "[DONE]"
_UNFINISHED = ("queued", "in_progress", "cancelled")


class ResponseEvents:
    """Read the events of one turn, or the one whole response of a server.

    Items are told apart by their ids: llama.cpp numbers neither events nor items. What
    the events left out is read from the whole items at the end. What the model thinks
    is nobody's business, but goes back to the upstream with `items`.

    Attributes:
        items: the items of the turn, as they came, reasoning included: what the next
            turn of the run begins with.
    """

    def __init__(
        self,
        name: str,
        limit: int | None = None,
        taken: Collection[str] = (),
        begin_thoughts: Callable[[], AnswerThoughts] = AnswerThoughts,
        names: Collection[str] = (),
    ) -> None:
        """Begin a turn.

        Args:
            name: what errors call the upstream.
            limit: the tokens that the model may write; llama.cpp says `completed` also
                where it has written as many.
            taken: the ids of earlier calls of the run.
            begin_thoughts: returns what takes the thoughts out of a text.
            names: the functions that may be called.
        """
        self.items: list[JSON] = []
        self._name = name
        self._limit = limit
        self._taken = taken
        self._keys = ItemKeys()
        self._names = names
        self._texts = ResponseTexts(begin_thoughts)
        self._calls: dict[str, _Call] = {}
        self._read_items: set[str] = set()
        self._ended = False

    @property
    def has_thought(self) -> bool:
        """Return whether an answer has come, if only of thoughts."""
        return bool(self.items)

    @property
    def patience(self) -> float | None:
        """Return the seconds after which nothing is to come; None for no limit."""
        return AT_ONCE if self._ended else None

    def feed(self, event: Event) -> Sequence[Found]:
        """Return the outputs that an event holds; none where it is of another kind.

        Raises:
            UpstreamError: it reports an error, or is no event of the Responses API.
        """
        if event.data.strip() == _END:
            return []
        data = event_data(event.data)
        if not isinstance(data, dict):
            raise self._error(f"sent {event.data[:40]!r} in place of an event")
        if data.get("object") == "response":
            # A server that doesn't stream.
            return self._end_of(models.ResponseSchema.from_dict(data))
        if not isinstance(data.get("type"), str):
            data["type"] = event.event
        # Events about the whole response are about no item.
        key = self._keys.of(data) if _is_about_item(data) else ""
        match models.read_response_stream_event(data):
            case models.ResponseTextDeltaEvent() as said:
                return self._texts.add(_part(key, said), text_of(said.delta))
            case models.ResponseFunctionCallArgumentsDeltaEvent() as piece:
                return self._arguments(key, text_of(piece.delta))
            case models.ResponseRefusalDeltaEvent() as said:
                return self._texts.refuse(_part(key, said), text_of(said.delta))
            case models.ResponseOutputItemAddedEvent(
                item=models.FunctionToolCall() as call
            ):
                return self._begin_call(key, call)
            case models.ResponseOutputItemAddedEvent(item=models.ReasoningItem()):
                self._texts.thoughts_are_apart = True
            case models.ResponseOutputItemDoneEvent(item=item):
                return self._item(key, item)
            case models.ResponseOutputTextAnnotationAddedEvent() as added:
                number, cited = added.annotation_index, added.annotation
                return self._texts.cite(_part(key, added), number, cited)
            case (
                models.ResponseCompletedEvent(response=response)
                | models.ResponseIncompleteEvent(response=response)
                | models.ResponseFailedEvent(response=response)
            ):
                return self._end_of(response)
            case models.ResponseErrorEvent():
                raise error_of(self._name, data)
            case UnknownObject(error=error) if error:
                raise error_of(self._name, data)
        return []

    def end(self) -> list[Found]:
        """Return what is left when the stream has ended: nothing.

        Raises:
            UpstreamError: it ended in the middle.
        """
        if not self._ended:
            raise self._error("broke off in the middle of its answer")
        return []

    def _arguments(self, key: str, piece: str) -> list[Found]:
        call = self._calls.get(key)
        if call is None or not piece:
            # The item comes whole at its end.
            return []
        call.arguments += piece
        return [ToolCallDelta(call.id, "", piece)]

    def _end_of(self, response: Any) -> list[Found]:
        """Read the whole response at the end: its items, and how it ended."""
        self._ended = True
        if not isinstance(response, models.ResponseSchema):
            return []
        if response.status == "failed" or response.error:
            raise error_of(self._name, response.to_dict())
        if response.status in _UNFINISHED:
            raise self._error(f"left its answer {response.status}")
        made: list[Found] = []
        given: list[Any] = list_of(response.output)
        whole = [each for each in given if isinstance(each, Model | UnknownObject)]
        keys = self._keys.of_all([item.to_dict() for item in whole], self._goes_on)
        for key, item in zip(keys, whole, strict=True):
            made += self._item(key, item)
        made += self._texts.end(is_cut=response.status == "incomplete")
        names = [call.name for call in self._calls.values()]
        if names and not any(names) and self._texts.say_nothing:
            raise self._error("calls a function without saying which")
        usage = _usage(response.usage)
        if usage:
            made.append(usage)
        if getattr(response.incomplete_details, "reason", None) == "content_filter":
            made.append(Incomplete("content_filter"))
        elif response.status == "incomplete" or self._is_spent(usage):
            made.append(Incomplete("max_completion_tokens"))
        return made

    def _goes_on(self, key: str, item: JSON) -> bool:
        """Return whether a whole item begins with what was said under a key."""
        if call := self._calls.get(key):
            return text_of(item.get("arguments")).startswith(call.arguments)
        for index, part in enumerate(those_of(item.get("content"), dict)):
            if not text_of(part.get("text")).startswith(self._texts.told((key, index))):
                return False
        return True

    def _is_spent(self, usage: Usage | None) -> bool:
        if self._limit is None or usage is None or self._calls:
            return False
        return usage.completion_tokens >= self._limit

    def _item(self, key: str, item: Any) -> list[Found]:
        """Read a whole item: what of it no event has said before."""
        if not isinstance(item, Model | UnknownObject):
            return []
        made: list[Found] = []
        match item:
            case models.OutputMessage():
                made += self._message(key, item)
            case models.ReasoningItem():
                self._texts.thoughts_are_apart = True
            case models.FunctionToolCall():
                made += self._whole_call(key, item)
                item.call_id = self._calls[key].id
                item.name = known_name(text_of(item.name), self._names)
        if key in self._read_items:
            return made
        self._read_items.add(key)
        self.items.append(item.to_dict())
        match item:
            case models.CodeInterpreterToolCall():
                made.append(self._texts.interrupted_by(_code(item)))
            case models.FileSearchToolCall():
                made.append(self._texts.interrupted_by(_search(item)))
        return made

    def _message(self, id: str, message: models.OutputMessage) -> list[Found]:
        made: list[Found] = []
        is_cut = message.status == "incomplete"
        content: Any = message.content
        if isinstance(content, str):
            made += self._texts.complete((id, 0), content, is_cut=is_cut)
        for index, part in enumerate(list_of(message.content)):
            key = id, index
            match part:
                case models.OutputTextContent():
                    made += self._texts.complete(key, part.text, is_cut=is_cut)
                    for number, each in enumerate(list_of(part.annotations)):
                        made += self._texts.cite(key, number, each)
                case models.RefusalContent():
                    made += self._texts.complete_refusal(key, part.refusal)
                case UnknownObject():
                    # Some leave out the type.
                    made += self._texts.complete(key, part.text, is_cut=is_cut)
        return [*made, *self._texts.images()]

    def _begin_call(self, key: str, call: models.FunctionToolCall) -> list[Found]:
        if key in self._calls:
            return []
        given = text_of(call.call_id) or text_of(call.id)
        taken = {*self._taken, *(each.id for each in self._calls.values())}
        name = known_name(text_of(call.name), self._names)
        begun = _Call(given if given and given not in taken else new_id(), name)
        self._calls[key] = begun
        return [ToolCallDelta(begun.id, name)]

    def _whole_call(self, key: str, whole: models.FunctionToolCall) -> list[Found]:
        made = self._begin_call(key, whole)
        call = self._calls[key]
        given: Any = whole.arguments
        if isinstance(given, dict):
            given = json.dumps(given, ensure_ascii=False)
        arguments = text_of(given) or call.arguments or "{}"
        rest = arguments.removeprefix(call.arguments)
        if rest != arguments or not call.arguments:
            call.arguments = arguments
            if rest:
                made.append(ToolCallDelta(call.id, "", rest))
        return made

    def _error(self, what: str) -> UpstreamError:
        return UpstreamError(f"{self._name} {what}.")


@dataclass
class _Call:
    id: str
    name: str
    arguments: str = ""


def _is_about_item(event: JSON) -> bool:
    kinds = ("response.output_", "response.function_", "response.refusal.")
    return str(event["type"]).startswith(kinds)


def _part(key: str, event: Any) -> Part:
    """Return which part of an item an event is about."""
    return key, count_of(event.content_index)


def _usage(usage: models.ResponseUsage | None) -> Usage | None:
    if not isinstance(usage, models.ResponseUsage):
        return None
    counted = Usage(
        count_of(usage.input_tokens),
        count_of(usage.output_tokens),
        count_of(getattr(usage.input_tokens_details, "cached_tokens", None)),
    )
    return None if counted == Usage(0, 0) else counted


def _code(call: models.CodeInterpreterToolCall) -> CodeCall | WithFiles:
    logs = [
        text_of(each.logs)
        for each in those_of(call.outputs, models.CodeInterpreterOutputLogs)
    ]
    made = CodeCall(text_of(call.code), "\n".join(logs))
    given = those_of(call.outputs, models.CodeInterpreterOutputImage)
    images = [i for each in given if (i := image_of(text_of(each.url)))]
    if not images:
        return made
    return WithFiles(tuple(images), lambda ids: [replace(made, images=tuple(ids))])


def _search(call: models.FileSearchToolCall) -> FileSearch:
    results: list[JSON] = [
        {
            "file_id": text_of(each.file_id),
            "file_name": text_of(each.filename),
            "score": share_of(each.score),
            "content": [{"type": "text", "text": text_of(each.text)}],
        }
        for each in those_of(call.results, models.FileSearchToolCallResultsItem)
    ]
    return FileSearch(tuple(results))

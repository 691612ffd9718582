"""What a model says in the Responses API: events of a stream become outputs."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias

from ..engines.turn_events import (
    CodeCall,
    FileSearch,
    Incomplete,
    RefusedText,
    Text,
    ToolCallDelta,
    Usage,
)
from .calls import new_id
from .errors import UpstreamError, error_of
from .values import count_of, text_of, those_of

if TYPE_CHECKING:
    from collections.abc import Callable, Collection

    from .._model_api import Event
    from ..engines.turn_events import Output

JSON = dict[str, Any]
_END = "[DONE]"
# An item, and which part of it.
_Part: TypeAlias = tuple[str, int]


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
        self, host: str, limit: int | None = None, taken: Collection[str] = ()
    ) -> None:
        """Begin a turn.

        Args:
            host: the upstream's host, to be named in errors.
            limit: the tokens that the model may write; llama.cpp says `completed` also
                where it has written as many.
            taken: the ids of earlier calls of the run.
        """
        self.items: list[JSON] = []
        self._host = host
        self._limit = limit
        self._taken = taken
        self._texts = _Texts()
        self._calls: dict[str, _Call] = {}
        self._read_items: set[str] = set()
        self._ended = False
        self._readers: dict[str, Callable[[JSON], list[Output]]] = {
            "response.output_item.added": self._item_added,
            "response.output_item.done": self._item_done,
            "response.output_text.delta": self._text,
            "response.refusal.delta": self._refusal,
            "response.function_call_arguments.delta": self._arguments,
            "response.output_text.annotation.added": self._annotation,
            "response.completed": self._end_of,
            "response.incomplete": self._end_of,
            "response.failed": self._end_of,
        }

    def feed(self, event: Event) -> list[Output]:
        """Return the outputs that an event holds; none where it is of another kind.

        Raises:
            UpstreamError: it reports an error, or is no event of the Responses API.
        """
        if event.data.strip() == _END:
            return []
        try:
            data: Any = json.loads(event.data)
        except (ValueError, RecursionError):
            data = None
        if not isinstance(data, dict):
            raise self._error(f"sent {event.data[:40]!r} in place of an event")
        if data.get("object") == "response":
            # A server that doesn't stream.
            return self._end_of({"response": data})
        kind = text_of(data.get("type")) or event.event
        if kind == "error" or (data.get("error") and not kind.startswith("response.")):
            raise error_of(self._host, _status_of(data), data)
        reader = self._readers.get(kind)
        return reader(data) if reader else []

    def end(self) -> list[Output]:
        """Return what is left when the stream has ended: nothing.

        Raises:
            UpstreamError: it ended in the middle.
        """
        if not self._ended:
            raise self._error("broke off in the middle of its answer")
        return []

    def _item_added(self, data: JSON) -> list[Output]:
        item = _object(data, "item")
        if item.get("type") == "function_call":
            return self._begin_call(item)
        return []

    def _item_done(self, data: JSON) -> list[Output]:
        return self._item(_object(data, "item"))

    def _text(self, data: JSON) -> list[Output]:
        return self._texts.add(_part(data), text_of(data.get("delta")))

    def _refusal(self, data: JSON) -> list[Output]:
        return self._texts.add(_part(data), text_of(data.get("delta")), refusal=True)

    def _annotation(self, data: JSON) -> list[Output]:
        number = data.get("annotation_index")
        number = number if isinstance(number, int) else None
        return self._texts.cite(_part(data), number, _object(data, "annotation"))

    def _arguments(self, data: JSON) -> list[Output]:
        call = self._calls.get(text_of(data.get("item_id")))
        piece = text_of(data.get("delta"))
        if call is None or not piece:
            # The item comes whole at its end.
            return []
        call.arguments += piece
        return [ToolCallDelta(call.id, "", piece)]

    def _end_of(self, data: JSON) -> list[Output]:
        """Read the whole response at the end: its items, and how it ended."""
        response = _object(data, "response")
        status = response.get("status")
        if status == "failed" or response.get("error"):
            raise error_of(self._host, 0, response)
        self._ended = True
        made: list[Output] = []
        for item in those_of(response.get("output"), dict):
            made += self._item(item)
        usage = _usage(response.get("usage"))
        if usage:
            made.append(usage)
        reason = _object(response, "incomplete_details").get("reason")
        if reason == "content_filter":
            made.append(Incomplete("content_filter"))
        elif status == "incomplete" or (self._is_spent(usage) and not self._calls):
            made.append(Incomplete("max_completion_tokens"))
        return made

    def _is_spent(self, usage: Usage | None) -> bool:
        if self._limit is None or usage is None:
            return False
        return usage.completion_tokens >= self._limit

    def _item(self, item: JSON) -> list[Output]:
        """Read a whole item: what of it no event has said before."""
        key = _id(item)
        made: list[Output] = []
        kind = item.get("type")
        if kind == "message":
            made += self._message(key, item)
        elif kind == "function_call":
            made += self._whole_call(item)
            item = {**item, "call_id": self._calls[key].id}
        if key and key in self._read_items:
            return made
        self._read_items.add(key)
        self.items.append(item)
        if kind == "code_interpreter_call":
            made.append(self._texts.interrupted_by(_code(item)))
        elif kind == "file_search_call":
            made.append(self._texts.interrupted_by(_search(item)))
        return made

    def _message(self, id: str, item: JSON) -> list[Output]:
        made: list[Output] = []
        for index, part in enumerate(those_of(item.get("content"), dict)):
            key = id, index
            made += self._texts.complete(key, part.get("text"))
            made += self._texts.complete(key, part.get("refusal"), refusal=True)
            for number, each in enumerate(those_of(part.get("annotations"), dict)):
                made += self._texts.cite(key, number, each)
        return made

    def _begin_call(self, item: JSON) -> list[Output]:
        key = _id(item)
        if key in self._calls:
            return []
        given = text_of(item.get("call_id")) or key
        call = _Call(given if given and given not in self._taken else new_id())
        self._calls[key] = call
        return [ToolCallDelta(call.id, text_of(item.get("name")))]

    def _whole_call(self, item: JSON) -> list[Output]:
        made = self._begin_call(item)
        call = self._calls[_id(item)]
        arguments = item.get("arguments")
        if isinstance(arguments, dict):
            arguments = json.dumps(arguments, ensure_ascii=False)
        whole = text_of(arguments) or call.arguments or "{}"
        rest = whole.removeprefix(call.arguments)
        if rest != whole or not call.arguments:
            call.arguments = whole
            if rest:
                made.append(ToolCallDelta(call.id, "", rest))
        return made

    def _error(self, what: str) -> UpstreamError:
        return UpstreamError(f"The model's server at {self._host} {what}.")


@dataclass
class _Call:
    id: str
    arguments: str = ""


class _Texts:
    """The texts of a turn, by item and part: how much of each was passed on."""

    def __init__(self) -> None:
        self._told: dict[_Part, str] = {}
        self._cited: set[tuple[_Part, int]] = set()
        # Characters of the message that the server is writing.
        self._length = 0

    def add(self, part: _Part, piece: str, *, refusal: bool = False) -> list[Output]:
        """Return the output for a piece of a text."""
        if not piece:
            return []
        self._told[part] = self._told.get(part, "") + piece
        if refusal:
            self._length = 0
            return [RefusedText(piece)]
        self._length += len(piece)
        return [Text(piece)]

    def complete(
        self, part: _Part, whole: Any, *, refusal: bool = False
    ) -> list[Output]:
        """Return the output for what of a whole text has not been passed on yet."""
        had = self._told.get(part, "")
        if not isinstance(whole, str) or not whole.startswith(had):
            return []
        return self.add(part, whole[len(had) :], refusal=refusal)

    def cite(self, part: _Part, number: int | None, annotation: JSON) -> list[Output]:
        """Return the output for a citation, once: a mark at the end of the text.

        Responses have no marks in their texts, so the mark is ours.
        """
        number = len(self._cited) if number is None else number
        if annotation.get("type") != "file_citation" or (part, number) in self._cited:
            return []
        self._cited.add((part, number))
        file = text_of(annotation.get("file_id"))
        name = text_of(annotation.get("filename")) or file
        mark = f"\u3010{len(self._cited) - 1}\u2020{name}\u3011"
        start, self._length = self._length, self._length + len(mark)
        citation = {
            "type": "file_citation",
            "text": mark,
            "start_index": start,
            "end_index": self._length,
            "file_citation": {"file_id": file},
        }
        return [Text(mark, (citation,))]

    def interrupted_by(self, output: Output) -> Output:
        """Return what ends the message: the text after it is another one."""
        self._length = 0
        return output


def _id(item: JSON) -> str:
    return text_of(item.get("id")) or text_of(item.get("call_id"))


def _part(data: JSON) -> _Part:
    """Return which part of which item an event is about."""
    index = data.get("content_index")
    return text_of(data.get("item_id")), index if isinstance(index, int) else 0


def _object(data: JSON, name: str) -> JSON:
    value = data.get(name)
    return value if isinstance(value, dict) else {}


def _usage(usage: Any) -> Usage | None:
    if not isinstance(usage, dict):
        return None
    return Usage(
        count_of(usage.get("input_tokens")),
        count_of(usage.get("output_tokens")),
        count_of(_object(usage, "input_tokens_details").get("cached_tokens")),
    )


def _code(item: JSON) -> CodeCall:
    logs = [
        text_of(each.get("logs"))
        for each in those_of(item.get("outputs"), dict)
        if each.get("type") == "logs"
    ]
    return CodeCall(text_of(item.get("code")), "\n".join(logs))


def _search(item: JSON) -> FileSearch:
    results: list[JSON] = []
    for each in those_of(item.get("results"), dict):
        score = each.get("score")
        results.append(
            {
                "file_id": text_of(each.get("file_id")),
                "file_name": text_of(each.get("filename")),
                "score": float(score) if isinstance(score, int | float) else 0.0,
                "content": [{"type": "text", "text": text_of(each.get("text"))}],
            }
        )
    return FileSearch(tuple(results))


def _status_of(data: JSON) -> int:
    error = data.get("error")
    code = (error if isinstance(error, dict) else data).get("code")
    return code if isinstance(code, int) else 0

"""The events of a run, printed as they come."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

from ..json_data import at, items_at, text_at
from .calls import call_text, calls_of, outcome_texts
from .messages import citations_of, text_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from ..output import Output


class Printer(Protocol):
    """Takes the events of a run."""

    def take(self, event: Any) -> None:
        """Take an event of a stream."""


class JsonPrinter:
    """Writes each event as it is, in a line of JSON."""

    def __init__(self, output: Output) -> None:
        self._output = output

    def take(self, event: Any) -> None:
        """Write an event."""
        self._output.data(event)


class AnswerPrinter:
    """Writes text as it is written, tool calls, and what a text cites."""

    def __init__(self, output: Output, aside: Callable[[str], None]) -> None:
        """Take what to write to.

        Args:
            output: gets the text of messages.
            aside: gets lines about tool calls.
        """
        self._output = output
        self._aside = aside
        self._streamed: set[str] = set()
        self._called: set[str] = set()

    def take(self, event: Any) -> None:
        """Print what an event says, if people want to know it."""
        data = event.to_dict()
        name, found = text_at(data, "event"), at(data, "data")
        if name == "thread.message.delta":
            self._piece(found)
        elif name in ("thread.message.completed", "thread.message.incomplete"):
            self._message(found)
        elif name == "thread.run.requires_action":
            for call in calls_of(at(found, "required_action")):
                self._call(call)
        elif name.startswith("thread.run.step.") and at(found, "status") == "completed":
            for call in items_at(found, "step_details", "tool_calls"):
                self._call(call)
                for text in outcome_texts(call):
                    self._aside(f"  = {text}")

    def _piece(self, found: Any) -> None:
        key = text_at(found, "id")
        if key not in self._streamed:
            self._streamed.add(key)
            self._output.end_line()
        for part in items_at(found, "delta", "content"):
            self._output.piece(text_at(part, "text", "value"))
            self._output.piece(text_at(part, "refusal"))
            if image := text_at(part, "image_file", "file_id"):
                self._output.line(f"[image {image}]")

    def _message(self, found: Any) -> None:
        if text_at(found, "id") not in self._streamed:
            self._output.line(text_of(found))
        self._output.end_line()
        for each in citations_of(found):
            self._aside(f"  {each}")

    def _call(self, call: dict[str, Any]) -> None:
        key = text_at(call, "id")
        if not key or key not in self._called:
            self._called.add(key)
            self._aside(f"> {call_text(call)}")

"""The messages of a thread, to be read from the top."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .html import html_of
from .messages import cited_files, entry_of
from .plain import WIDTH, text_of
from .shown import Shown
from .texts import at, brief, data_of
from .views import View

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping


class Conversation(Shown):
    """What was said in a thread, the oldest first.

    `print` shows it as text; notebooks and rich show it in their ways.

    Attributes:
        messages: the messages, as they came.
        thread_id: the thread.
        file_names: the names of the files in it by their ids, as far as they are known.
        has_earlier: whether there are earlier messages that are not in it.
    """

    def __init__(
        self,
        messages: Iterable[Any],
        *,
        thread_id: str = "",
        file_names: Mapping[str, str] | None = None,
        has_earlier: bool = False,
        hide: Callable[[Any], Any] | None = None,
    ) -> None:
        """Make a conversation of messages that are there; nothing is sent.

        Args:
            messages: messages or their JSON data, the oldest first.
            thread_id: the thread.
            file_names: the names of files by their ids.
            has_earlier: whether there are earlier messages.
            hide: takes secrets out of JSON data before it is shown.
        """
        self.messages = [*messages]
        self.thread_id = thread_id
        self.file_names = dict(file_names or {})
        self.has_earlier = has_earlier
        self._hide = hide

    def __len__(self) -> int:
        return len(self.messages)

    def __iter__(self) -> Iterator[Any]:
        return iter(self.messages)

    def __repr__(self) -> str:
        more = ", and earlier ones" if self.has_earlier else ""
        of = f" of {brief(self.thread_id)}" if self.thread_id else ""
        what = "message" if len(self) == 1 else "messages"
        return f"<{type(self).__name__}{of}, {len(self)} {what}{more}>"

    def __str__(self) -> str:
        return self.to_text()

    def to_text(self, width: int = WIDTH) -> str:
        """Return the conversation as plain text.

        Args:
            width: how many characters a line has at most.
        """
        return text_of(self._view(), width)

    def to_html(self) -> str:
        """Return the conversation as an element of HTML, without scripts."""
        return html_of(self._view())

    def _view(self) -> View:
        return view_of(
            [self._shown_message(each) for each in self.messages],
            self.thread_id,
            self.file_names,
            has_earlier=self.has_earlier,
        )

    def _shown_message(self, message: Any) -> Any:
        data = data_of(message)
        return data if self._hide is None else self._hide(data)


def view_of(
    messages: Iterable[Any],
    thread_id: str,
    names: Mapping[str, str],
    *,
    has_earlier: bool,
) -> View:
    """Return the view of messages, which are JSON data."""
    entries = tuple(entry_of(each, names) for each in messages)
    return View(
        title=f"Thread {brief(thread_id)}".strip(),
        facts=(("messages", f"the last {len(entries)}"),) if has_earlier else (),
        parts=entries,
        note="" if entries else "There are no messages.",
    )


def files_to_name(messages: Iterable[Any]) -> list[str]:
    """Return the ids of the files in messages, each once, in order."""
    found = (key for each in messages for key in cited_files(data_of(each)))
    return [*dict.fromkeys(found)]


def in_order(newest_first: Iterable[Any]) -> list[Any]:
    """Return messages the oldest first, whichever order the server prefers."""
    found = [*newest_first][::-1]
    times = [at(data_of(each), "created_at") for each in found]
    if all(type(each) is int for each in times):
        # Stable: what was written in the same second stays as it was sent.
        return [m for _, m in sorted(zip(times, found, strict=True), key=_first)]
    return found


def _first(pair: tuple[Any, Any]) -> Any:
    return pair[0]

"""Messages as entries: their texts with footnotes, and placeholders for the rest."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from .texts import at, brief, items, long, moment
from .tones import tone_of
from .views import Entry, Paragraph

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_QUOTE: Final = 200


class Footnotes:
    """The notes of one message, each with a number."""

    def __init__(self, names: Mapping[str, str]) -> None:
        """Begin without notes.

        Args:
            names: the names of files by their ids, as far as they are known.
        """
        self._names = names
        self._numbers: dict[tuple[str, str, str], int] = {}

    def number(self, annotation: Any) -> int:
        """Return the number of the note for an annotation."""
        kind = "file_path" if at(annotation, "file_path") else "file_citation"
        key = at(annotation, kind, "file_id")
        quote = at(annotation, kind, "quote")
        if key is None:
            # Of a kind that isn't known, such as the URL of a web search.
            kind, key = "", brief(_target(annotation), _QUOTE)
        note = (kind, brief(key, _QUOTE), brief(quote, _QUOTE))
        return self._numbers.setdefault(note, len(self._numbers) + 1)

    def lines(self) -> Iterator[str]:
        """Return the notes, in order."""
        for (kind, key, quote), number in self._numbers.items():
            name = self._names.get(key)
            said = f"{brief(name, _QUOTE)} ({key})" if name else key
            what = f"file {said}" if kind == "file_path" else said
            yield f"[{number}] {what}" + (f': "{quote}"' if quote else "")


def entry_of(message: Mapping[str, Any], names: Mapping[str, str]) -> Entry:
    """Return a message with all that is in it.

    Args:
        message: the message as JSON data.
        names: the names of files by their ids, as far as they are known.
    """
    status = at(message, "status")
    done = status in (None, "completed")
    said = (
        moment(at(message, "created_at")),
        brief(at(message, "id")),
        "" if done else brief(status).replace("_", " "),
        brief(at(message, "incomplete_details", "reason")),
    )
    parts = [*_parts(message, names)]
    return Entry(
        heading=brief(at(message, "role")) or "message",
        aside=", ".join(each for each in said if each),
        parts=tuple(parts) or (Paragraph("no content", "placeholder"),),
        tone="" if done else tone_of(status),
    )


def cited_files(message: Mapping[str, Any]) -> Iterator[str]:
    """Return the ids of the files that a message cites or has, in order."""
    for part in items(message, "content"):
        yield from _texts_in(at(part, "image_file", "file_id"))
        for annotation in items(part, "text", "annotations"):
            yield from _texts_in(at(annotation, "file_citation", "file_id"))
            yield from _texts_in(at(annotation, "file_path", "file_id"))
    for attachment in items(message, "attachments"):
        yield from _texts_in(at(attachment, "file_id"))


def text_of(part: Any) -> Any:
    """Return the text of a part, also where it stands there as it was sent."""
    text = at(part, "text")
    return text if isinstance(text, str) else at(text, "value")


def plain_text(message: Mapping[str, Any]) -> str:
    """Return the beginning of what a message says, in one line."""
    content = at(message, "content")
    if isinstance(content, str):
        return brief(content, 100)
    found = [text_of(part) or at(part, "refusal") for part in items(message, "content")]
    return brief(" ".join(each for each in found if isinstance(each, str)), 100)


def _parts(message: Mapping[str, Any], names: Mapping[str, str]) -> Iterator[Paragraph]:
    notes = Footnotes(names)
    content = at(message, "content")
    if isinstance(content, str):
        yield Paragraph(long(content))
    for part in items(message, "content"):
        yield _part(part, notes, names)
    for line in notes.lines():
        yield Paragraph(line, "note")
    for attachment in items(message, "attachments"):
        key = brief(at(attachment, "file_id"))
        tools = [brief(at(tool, "type")) for tool in items(attachment, "tools")]
        what = f" for {', '.join(tools)}" if tools else ""
        yield Paragraph(f"attached: {_named(key, names)}{what}", "placeholder")


def _part(part: Any, notes: Footnotes, names: Mapping[str, str]) -> Paragraph:
    value = text_of(part)
    if isinstance(value, str):
        return Paragraph(long(_with_numbers(value, part, notes)))
    refusal = at(part, "refusal")
    if isinstance(refusal, str):
        return Paragraph(long(refusal), "problem", "refused")
    key = at(part, "image_file", "file_id")
    if key is not None:
        return Paragraph(f"image {_named(brief(key), names)}", "placeholder")
    url = at(part, "image_url", "url")
    if url is not None:
        # A data URL is the whole image.
        shown = brief(url, 30 if str(url).startswith("data:") else _QUOTE)
        return Paragraph(f"image {shown}", "placeholder")
    return Paragraph(brief(part, _QUOTE), "placeholder")


def _with_numbers(value: str, part: Any, notes: Footnotes) -> str:
    """Return a text with the numbers of notes in the place of marks."""
    pieces: list[str] = []
    done = 0
    for annotation in sorted(items(part, "text", "annotations"), key=_begin):
        begin, end = _place(value, annotation, done)
        number = notes.number(annotation)
        if begin is None or end is None:
            continue
        pieces += value[done:begin], f"[{number}]"
        done = end
    return "".join((*pieces, value[done:]))


def _place(value: str, annotation: Any, after: int) -> tuple[int | None, int | None]:
    """Return where a mark is in a text, behind the one before."""
    begin, end = at(annotation, "start_index"), at(annotation, "end_index")
    mark = at(annotation, "text")
    if isinstance(mark, str) and mark:
        # Some servers count bytes, or units of UTF-16.
        if type(begin) is int and begin >= after and value.startswith(mark, begin):
            return begin, begin + len(mark)
        found = value.find(mark, after)
        return (None, None) if found < 0 else (found, found + len(mark))
    if type(begin) is int and type(end) is int and after <= begin < end <= len(value):
        return begin, end
    return None, None


def _begin(annotation: Any) -> int:
    found = at(annotation, "start_index")
    return found if type(found) is int else 0


def _target(annotation: Any) -> Any:
    """Return where an annotation of an unknown kind leads."""
    inner = at(annotation, str(at(annotation, "type")))
    return at(inner, "url") or at(annotation, "url") or inner or annotation


def _named(key: str, names: Mapping[str, str]) -> str:
    return f"{brief(names[key], _QUOTE)} ({key})" if key in names else key


def _texts_in(value: Any) -> Iterator[str]:
    if isinstance(value, str) and value:
        yield value

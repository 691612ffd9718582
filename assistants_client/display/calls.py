"""Tool calls: what was called with what, and what came of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from .texts import at, brief, items, long
from .views import Paragraph

if TYPE_CHECKING:
    from collections.abc import Iterator

_ARGUMENTS: Final = 400
_OUTPUT: Final = 1000
_RESULTS: Final = 10


def name_of(call: Any) -> str:
    """Return what was called."""
    name = at(call, "function", "name")
    return brief(name) if name else brief(at(call, "type")).replace("_", " ")


def paragraphs_of(call: Any) -> tuple[Paragraph, ...]:
    """Return what a tool call was, and what came of it."""
    kind = at(call, "type")
    if at(call, "function") is not None:
        return (*_function(call),)
    if kind == "code_interpreter":
        return (*_code(call),)
    if kind == "file_search":
        return (*_search(call),)
    return (Paragraph(brief(call, _ARGUMENTS), "code", name_of(call)),)


def _function(call: Any) -> Iterator[Paragraph]:
    arguments = at(call, "function", "arguments")
    yield Paragraph(f"{name_of(call)}({brief(arguments, _ARGUMENTS)})", "code")
    output = at(call, "function", "output")
    if output is not None:
        yield Paragraph(long(output, _OUTPUT), "text", "output")


def _code(call: Any) -> Iterator[Paragraph]:
    yield Paragraph(long(at(call, "code_interpreter", "input") or "", _OUTPUT), "code")
    for output in items(call, "code_interpreter", "outputs"):
        image = at(output, "image", "file_id")
        if image is not None:
            yield Paragraph(f"image {brief(image)}", "placeholder")
        else:
            logs = at(output, "logs")
            text = long(logs, _OUTPUT) if isinstance(logs, str) else brief(output, 200)
            yield Paragraph(text, "text", "output")


def _search(call: Any) -> Iterator[Paragraph]:
    results = items(call, "file_search", "results")
    if not results:
        yield Paragraph("searched files", "note")
    for result in results[:_RESULTS]:
        score = at(result, "score")
        said = f", score {score:.2f}" if isinstance(score, float) else ""
        name = brief(at(result, "file_name") or at(result, "file_id"))
        yield Paragraph(f"{name}{said}", "note", "found")
    if len(results) > _RESULTS:
        yield Paragraph(f"{len(results) - _RESULTS} more", "note", "found")

"""What a turn is asked with, whichever protocol carries it."""

from __future__ import annotations

import asyncio
import base64
import logging
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final, NamedTuple, TypedDict

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from ..engines.interface import FunctionOutput, Turn

JSON = dict[str, Any]
SEARCH: Final = "file_search"
_SEARCH_TEXT: Final = (
    "Search the files of this conversation. Use it whenever the answer may be in them."
)
_CITE: Final = (
    "Each passage begins with a mark like \u30100:2\u2020report.pdf\u3011. Where you "
    "use a passage, repeat its mark right after the sentence."
)
# How the images begin that models can look at.
_IMAGES: Final = {
    b"\x89PNG": "image/png",
    b"\xff\xd8\xff": "image/jpeg",
    b"GIF8": "image/gif",
}
_log = logging.getLogger("assistants_server")
_NOTHING: Final = "Nothing was found."
_NEXT: Final = "\n\n\u3010"


class Picture(NamedTuple):
    """An image that a message shows, and how closely it is to be looked at."""

    url: str
    detail: Any = None


class Settings(TypedDict, total=False):
    """What the bodies of both protocols have in common."""

    temperature: float | None
    top_p: float | None


@dataclass(frozen=True)
class Inputs:
    """What goes to the model.

    Attributes:
        turn: the turn.
        model: the upstream's name of the model.
        images: data URLs of the image files that the messages show, by their ids.
        dropped: how many of the oldest messages are left out.
        rounds: searches made for the model, of each turn of the run so far, as items
            of the protocol; the last ones are of this turn.
        beside: searches that it asked for beside its calls, of each turn so far.
        search: the name of the function by which the model searches files; None
            where it has none.
        code_files: the upstream's ids of the files that its code interpreter may read.
        has_to_answer: whether it may use no more tools.
    """

    turn: Turn
    model: str
    images: Mapping[str, str] = field(default_factory=dict)
    dropped: int = 0
    rounds: Sequence[Sequence[Any]] = ()
    beside: Sequence[Sequence[FunctionOutput]] = ()
    search: str | None = None
    code_files: Sequence[str] = ()
    has_to_answer: bool = False

    @property
    def history(self) -> list[JSON]:
        """Return the messages that the model reads, oldest first."""
        return self.turn.history[self.dropped :]

    @property
    def names(self) -> list[str]:
        """Return the names of the functions that the model may call."""
        own = [self.search] if self.search else []
        return [*(function["name"] for function in self.turn.functions), *own]

    @property
    def is_first(self) -> bool:
        """Return whether the model is asked for the first time in this run."""
        return self.turn.number == 0 and not any(self.rounds)

    def calls(self, number: int) -> list[FunctionOutput]:
        """Return the calls of an earlier turn, its searches included."""
        beside = self.beside[number] if number < len(self.beside) else ()
        return [*self.turn.past[number].calls, *beside]

    def round(self, number: int) -> Sequence[Any]:
        """Return the items of the searches in a turn."""
        return self.rounds[number] if number < len(self.rounds) else ()


async def images_of(turn: Turn) -> dict[str, str]:
    """Return the image files that a turn's messages show, as data URLs by id.

    Those that were deleted, or can't be read, are left out.
    """
    found = {}
    shown = {
        part["image_file"]["file_id"]
        for message in turn.history
        for part in message["content"]
        if part["type"] == "image_file"
    }
    for file in turn.files.values():
        if file.id not in shown:
            continue
        try:
            content = await asyncio.to_thread(file.read)
        except OSError:
            continue
        kind = _image_type(content) or file.media_type
        if not kind.startswith("image/"):
            _log.warning("a message shows file %s, which is no image", file.id)
            continue
        text = base64.b64encode(content).decode()
        found[file.id] = f"data:{kind};base64,{text}"
    return found


def _image_type(content: bytes) -> str | None:
    """Return what kind of image a content is; browsers call theirs `blob`."""
    for start, kind in _IMAGES.items():
        if content.startswith(start):
            return kind
    is_webp = content[:4] == b"RIFF" and content[8:12] == b"WEBP"
    return "image/webp" if is_webp else None


def search_name(turn: Turn) -> str | None:
    """Return the name of the function for file searches; None without any."""
    if not turn.vector_stores or not has_tool(turn.run, "file_search"):
        return None
    taken = {function["name"] for function in turn.functions}
    name = SEARCH
    while name in taken:
        name += "_"
    return name


def search_function(name: str) -> JSON:
    """Return the definition of the function for file searches."""
    query = {"type": "string", "description": "What to look for, in words."}
    return {
        "name": name,
        "description": _SEARCH_TEXT,
        "parameters": {
            "type": "object",
            "properties": {"query": query},
            "required": ["query"],
        },
    }


def search_output(results: Sequence[JSON], number: int) -> str:
    """Return what a search found, as the model reads it.

    Args:
        results: the results, best first.
        number: the number of the search in the run.
    """
    if not results:
        return _NOTHING
    passages = []
    for index, result in enumerate(results):
        text = "".join(part.get("text", "") for part in result.get("content", ()))
        mark = f"\u3010{number}:{index}\u2020{result['file_name']}\u3011"
        passages.append(f"{mark}\n{text}")
    return "\n\n".join([_CITE, *passages])


def fewer_passages(output: str) -> str:
    """Return what a search found with the better half of its passages.

    What is something else, or has one passage alone, stays as it is.
    """
    if not output.startswith(_CITE):
        return output
    passages = output.split(_NEXT)
    if len(passages) < 3:
        return output
    # The first one is no passage yet.
    return _NEXT.join(passages[: 1 + len(passages) // 2])


def no_such_function(name: str, names: Sequence[str]) -> str:
    """Return what the model reads in place of the output of a function.

    Args:
        name: what it called.
        names: the functions that it may call.
    """
    return f"There is no function {name}. There are: {', '.join(names)}."


def has_tool(run: JSON, kind: str) -> bool:
    """Return whether a run has a tool of a kind."""
    return any(tool["type"] == kind for tool in run["tools"])


def parts_of(message: JSON, images: Mapping[str, str]) -> list[str | Picture]:
    """Return what a message shows: texts and images.

    Args:
        message: the message.
        images: the image files, by their ids; others are left out.
    """
    parts: list[str | Picture] = []
    for part in message["content"]:
        if part["type"] == "text":
            parts.append(part["text"]["value"])
        elif part["type"] == "refusal":
            parts.append(part["refusal"])
        elif part["type"] == "image_url":
            shown = part["image_url"]
            parts.append(Picture(shown["url"], shown.get("detail")))
        elif part["type"] == "image_file":
            shown = part["image_file"]
            if url := images.get(shown["file_id"]):
                parts.append(Picture(url, shown.get("detail")))
    return [part for part in parts if part]


def add_settings(body: Settings, run: JSON) -> None:
    """Add to a body what both protocols say of a run in the same words.

    Reasoning models refuse any temperature and top_p, so the default isn't sent.
    """
    if run.get("temperature") not in (None, 1):
        body["temperature"] = run["temperature"]
    if run.get("top_p") not in (None, 1):
        body["top_p"] = run["top_p"]

"""Pages of lists: in one line, and as tables."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from .._api import quoted
from .shown import Shown
from .tables import table_of
from .texts import at, data_of
from .views import View

if TYPE_CHECKING:
    from collections.abc import Sequence

_IN_A_LINE: Final = 3
_ID: Final = 60
_WORDS: Final = {
    "Assistant": "assistant",
    "FileObject": "file",
    "Message": "message",
    "Model": "model",
    "Run": "run",
    "RunStep": "step",
    "Thread": "thread",
    "VectorStore": "vector store",
}
# Models and live objects of the same things have the same columns.
_NAMES: Final = {
    "AssistantObject": "Assistant",
    "MessageObject": "Message",
    "ModelSchema": "Model",
    "OpenAIFile": "FileObject",
    "RunObject": "Run",
    "RunStepObject": "RunStep",
    "ThreadObject": "Thread",
    "VectorStoreObject": "VectorStore",
}


def page_line(name: str, objects: Sequence[Any], more: bool | None) -> str:
    """Return a page in one line: how many objects there are, and the first ids.

    Args:
        name: the class of the page.
        objects: what is on it.
        more: whether there are more pages; None if the server doesn't say.
    """
    ids = [at(_data(each), "id") for each in objects[:_IN_A_LINE]]
    shown = ", ".join(quoted(key, str, _ID) for key in ids if isinstance(key, str))
    rest = ", ..." if len(objects) > _IN_A_LINE and shown else ""
    what = f" of {_counted(objects)}"
    listed = f": {shown}{rest}" if shown else ""
    follows = "; more pages follow" if more else "; it is the last"
    return f"<{name}{what}{listed}{'' if more is None else follows}>"


def page_view(objects: Sequence[Any], more: bool | None) -> View:
    """Return the view of a page; see `page_line` for the arguments."""
    kind = _kind(objects)
    title = f"Page of {_counted(objects)}"
    if not objects:
        return View(title=title, note="The page is empty.")
    table = table_of(kind, [_data(each) for each in objects], more)
    return View(title=title, parts=(table,))


def _counted(objects: Sequence[Any]) -> str:
    """Return how many objects there are, and of which kind."""
    number, kind = len(objects), _kind(objects)
    word = _WORDS.get(kind, f"{kind} object".lstrip())
    return f"{number} {word}{'' if number == 1 else 's'}"


def _kind(objects: Sequence[Any]) -> str:
    """Return the class of what is on a page; nothing where there are several."""
    kinds = {type(each).__name__.removeprefix("Async") for each in objects[:100]}
    kind = kinds.pop() if len(kinds) == 1 else ""
    return _NAMES.get(kind, kind)


def _data(item: Any) -> Any:
    return item._shown_data() if isinstance(item, Shown) else data_of(item)

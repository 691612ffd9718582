"""Messages as items of a conversation, and what of them can't be one."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any, Final

from .._model_api import EasyInputMessage, InputImageContent, InputTextContent

if TYPE_CHECKING:
    from collections.abc import Iterator

JSON = dict[str, Any]
LOSSES: Final = {
    "ids": "messages get new ids, and the time of the import as their date",
    "citations": "annotations of messages: what cites a file stays as plain text",
    "attachments": "files attached to messages",
    "images": "images by the id of a file",
    "refusals": "refusals become plain text",
    "incomplete": "messages that were left incomplete look complete",
    "empty": "messages without text or image",
    "parts": "parts of messages of an unknown kind",
    "roles": "messages of a role that no conversation has",
    "metadata": "metadata of messages",
    "thread_metadata": "metadata of threads beyond what a conversation may have",
    "tool_resources": "files and vector stores of threads",
    "runs": "runs, with their settings, usage and errors",
    "steps": "steps of runs",
    "tool_calls": "calls of tools, with their arguments and outputs",
    "assistants": "assistants: their instructions, tools and models",
    "vector_stores": "vector stores",
    "files": "files",
    "unreadable": "objects that are none",
}
"""What can't be carried into a conversation."""
_PAIRS, _NAME, _VALUE = 16, 64, 512


def item_of(message: Any, lost: Counter[str]) -> EasyInputMessage | None:
    """Return the item for a message; None where nothing of it can be one.

    Args:
        message: the message, as it is in the archive.
        lost: counts what can't be carried, by the names in `LOSSES`.
    """
    if not isinstance(message, dict) or not isinstance(message.get("content"), list):
        lost["unreadable"] += 1
        return None
    lost["ids"] += 1
    lost["attachments"] += len(_items(message.get("attachments")))
    lost["metadata"] += bool(message.get("metadata"))
    lost["incomplete"] += message.get("status") in ("incomplete", "in_progress")
    role = message.get("role")
    if role not in ("user", "assistant"):
        lost["roles"] += 1
        return None
    parts = [*_parts(message["content"], lost)]
    if not parts:
        lost["empty"] += 1
        return None
    if role == "assistant":
        # What models said is plain text there; an image by its URL can't be theirs.
        texts = [each.text for each in parts if isinstance(each, InputTextContent)]
        lost["images"] += len(parts) - len(texts)
        if not texts:
            lost["empty"] += 1
            return None
        return EasyInputMessage(
            role="assistant", content="\n\n".join(texts), type="message"
        )
    match parts:
        case [InputTextContent(text=alone)]:
            return EasyInputMessage(role="user", content=alone, type="message")
    return EasyInputMessage(role="user", content=[*parts], type="message")


def metadata_of(thread: Any, lost: Counter[str]) -> dict[str, str]:
    """Return the metadata of a thread's conversation."""
    given = thread.get("metadata") if isinstance(thread, dict) else None
    if not isinstance(given, dict):
        return {}
    fitting = {
        _whole(name): _whole(value)
        for name, value in given.items()
        if isinstance(value, str) and len(name) <= _NAME and len(value) <= _VALUE
    }
    kept = dict([*fitting.items()][:_PAIRS])
    lost["thread_metadata"] += len(given) - len(kept)
    return kept


def count_other(kind: str, value: Any, lost: Counter[str]) -> None:
    """Count what a line has that is no message."""
    found = value if isinstance(value, dict) else {}
    if kind == "thread":
        resources = found.get("tool_resources")
        named = isinstance(resources, dict) and any(resources.values())
        lost["tool_resources"] += named
        metadata_of(value, lost)
    elif kind == "run":
        lost["runs"] += 1
    elif kind == "step":
        lost["steps"] += 1
        details = found.get("step_details")
        calls = details.get("tool_calls") if isinstance(details, dict) else None
        lost["tool_calls"] += len(_items(calls))
    elif kind in ("assistant", "vector_store", "file"):
        lost[f"{kind}s"] += 1


def _parts(
    content: list[Any], lost: Counter[str]
) -> Iterator[InputTextContent | InputImageContent]:
    for part in content:
        match part:
            case {"type": "text", "text": {"value": str(text), **more}}:
                lost["citations"] += len(_items(more.get("annotations")))
                if text:
                    yield _text(text)
            case {"type": "text", "text": str(text)} if text:
                yield _text(text)
            case {"type": "refusal", "refusal": str(text)}:
                lost["refusals"] += 1
                yield _text(text)
            case {"type": "image_url", "image_url": {"url": str(url), **more}}:
                detail = more.get("detail")
                known = detail if detail in ("low", "high", "auto") else "auto"
                yield InputImageContent(
                    type="input_image", image_url=_whole(url), detail=known
                )
            case {"type": "image_file"}:
                lost["images"] += 1
            case _:
                lost["parts"] += 1


def _items(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _text(text: str) -> InputTextContent:
    return InputTextContent(type="input_text", text=_whole(text))


def _whole(text: str) -> str:
    """Return a text that can be sent: halves of characters in it are replaced."""
    coding = "utf-16-le"
    return text.encode(coding, "surrogatepass").decode(coding, "replace")

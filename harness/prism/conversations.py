"""What threads become in conversations, as requests that prism and others judge."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

from assistants_cli.archive.items import item_of, metadata_of

if TYPE_CHECKING:
    from collections.abc import Iterator

JSON = dict[str, Any]
ITEMS = "/conversations/{conversation_id}/items"


def conversation_requests() -> Iterator[tuple[str, str, JSON]]:
    """Yield what an import sends: what it is, the path, the body."""
    thread = {"metadata": {"a": "b"}}
    metadata = metadata_of(thread, Counter())
    yield "a conversation", "/conversations", {"metadata": metadata}
    for name, message in _messages():
        item = item_of(message, Counter())
        assert item is not None
        yield f"conversations: {name}", ITEMS, {"items": [item.to_dict()]}


def _messages() -> Iterator[tuple[str, JSON]]:
    # Prism refuses what fits two variants of a union, as a user's image does there;
    # tests/archive judges that by the schema alone.
    text = {"type": "text", "text": {"value": "Hello", "annotations": []}}
    refusal = {"type": "refusal", "refusal": "No."}
    yield "a user's message", {"role": "user", "content": [text]}
    yield "an answer", {"role": "assistant", "content": [text, text]}
    yield "a refusal", {"role": "assistant", "content": [refusal]}

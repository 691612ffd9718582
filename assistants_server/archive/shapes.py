"""The objects of the API as they are imported: what each kind has, and what it is else.

A property that is missing, or null where it can't be, gets the value that the API has
where nothing is said. What the tables don't name is kept as it came.
"""

from __future__ import annotations

from typing import Any, Final, NamedTuple

from ..file_names import safe_name
from .checks import (
    JSON,
    Check,
    WrongError,
    at,
    chunking,
    count,
    each,
    either,
    flag,
    having,
    identifier,
    mapping,
    moment,
    nested,
    number,
    one_of,
    text,
)

ENDED: Final = ("completed", "failed", "cancelled", "expired", "incomplete")
_FILE_STATUSES: Final = ("in_progress", "completed", "cancelled", "failed")
_UNSET: Final = object()


class Rule(NamedTuple):
    """What a property has to be.

    Attributes:
        check: what accepts it.
        default: what it is where it is missing; null is allowed where this is None.
    """

    check: Check
    default: Any = None


def _name(value: Any) -> str:
    return safe_name(text(value))


def _parts(value: Any) -> list[JSON]:
    if isinstance(value, str):
        value = [{"type": "text", "text": {"value": value}}]
    found: list[JSON] = each(_part)(value)
    return found


def _part(value: Any) -> JSON:
    kept = _without_nulls(mapping(value))
    if isinstance(kept.get("text"), str):
        kept["text"] = {"value": kept["text"]}
    if isinstance(kept.get("text"), dict):
        kept["text"] = _without_nulls(kept["text"])
        kept["text"].setdefault("annotations", [])
    return _with_its_own(_PART(kept), "text", "refusal", "image_file", "image_url")


def _call(value: Any) -> JSON:
    checked: JSON = _CALL(_without_nulls(mapping(value)))
    return checked


def _tool(value: Any) -> JSON:
    return _with_its_own(_TOOL(_without_nulls(mapping(value))), "function")


def _resources(value: Any) -> JSON:
    kept = {
        name: _without_nulls(inner) if isinstance(inner, dict) else inner
        for name, inner in mapping(value).items()
        if inner is not None
    }
    checked: JSON = _RESOURCES(kept)
    return checked


def _with_its_own(value: JSON, *kinds: str) -> JSON:
    """Return an object that has what its type names, where that is needed."""
    kind = value["type"]
    if kind in kinds and kind not in value:
        raise WrongError(f"expected {kind}, found none")
    return value


def _without_nulls(value: JSON) -> JSON:
    return {name: inner for name, inner in value.items() if inner is not None}


def _metadata(value: Any) -> JSON:
    return {text(name): inner for name, inner in mapping(value).items()}


_FUNCTION = having(name_=text, description=text, parameters=mapping, strict=flag)
_TOOL = having(
    type_=text, function=_FUNCTION, file_search=having(max_num_results=count)
)
_TOOLS = each(_tool)
_CHOICE = either(text, having(type_=text, function=having(name_=text)))
_FORMAT = either(
    text, having(type_=text, json_schema=having(name_=text, schema=mapping))
)
_RESOURCES = having(
    code_interpreter=having(file_ids=each(text)),
    file_search=having(vector_store_ids=each(text)),
)
_ANNOTATION = having(type_=text, file_citation=mapping, file_path=mapping)
_PART = having(
    type_=text,
    text=having(value_=text, annotations=each(_ANNOTATION)),
    refusal=text,
    image_file=having(file_id_=text, detail=text),
    image_url=having(url_=text, detail=text),
)
_ATTACHMENT = having(file_id=text, tools=each(having(type_=text)))
_USAGE = having(
    prompt_tokens=count,
    completion_tokens=count,
    total_tokens=count,
    prompt_token_details=having(cached_tokens=count),
)
_CALL = having(
    type_=text,
    id=text,
    function=having(name_=text, arguments=text, output=text),
    file_search=having(results=each(having(content=each(mapping)))),
    code_interpreter=having(outputs=each(mapping)),
)
_DETAILS = having(
    type_=text,
    tool_calls=each(_call),
    message_creation=having(message_id_=text),
)
_ERROR = having(code=text, message=text)
_EXPIRY = having(anchor=text, days_=count)
_TRUNCATION = having(type_=one_of("auto", "last_messages"), last_messages=count)
_MODEL: dict[str, Rule] = {
    "model": Rule(text, ""),
    "tools": Rule(_TOOLS, []),
    "metadata": Rule(_metadata, {}),
    "temperature": Rule(number, 1.0),
    "top_p": Rule(number, 1.0),
    "response_format": Rule(_FORMAT, "auto"),
}
_OF_THREAD: dict[str, Rule] = {
    "thread_id": Rule(identifier, _UNSET),
    "assistant_id": Rule(text),
}
SHAPES: Final[dict[str, dict[str, Rule]]] = {
    "assistant": {
        "name": Rule(text),
        "description": Rule(text),
        "instructions": Rule(text),
        **_MODEL,
        "tool_resources": Rule(_resources, {}),
    },
    "thread": {
        "metadata": Rule(_metadata, {}),
        "tool_resources": Rule(_resources, {}),
    },
    "message": {
        **_OF_THREAD,
        "status": Rule(text, "completed"),
        "incomplete_details": Rule(mapping),
        "completed_at": Rule(moment),
        "incomplete_at": Rule(moment),
        "role": Rule(one_of("user", "assistant"), _UNSET),
        "content": Rule(_parts, []),
        "run_id": Rule(text),
        "attachments": Rule(each(_ATTACHMENT), []),
        "metadata": Rule(_metadata, {}),
    },
    "run": {
        **_OF_THREAD,
        "assistant_id": Rule(text, ""),
        "status": Rule(text, "unknown"),
        "required_action": Rule(mapping),
        "last_error": Rule(_ERROR),
        **{
            f"{name}_at": Rule(moment)
            for name in ("expires", "started", "cancelled", "failed", "completed")
        },
        "incomplete_details": Rule(mapping),
        "instructions": Rule(text, ""),
        **_MODEL,
        "usage": Rule(_USAGE),
        "max_prompt_tokens": Rule(count),
        "max_completion_tokens": Rule(count),
        "truncation_strategy": Rule(
            _TRUNCATION, {"type": "auto", "last_messages": None}
        ),
        "tool_choice": Rule(_CHOICE, "auto"),
        "parallel_tool_calls": Rule(flag, True),
    },
    "step": {
        **_OF_THREAD,
        "assistant_id": Rule(text, ""),
        "run_id": Rule(identifier, _UNSET),
        "type": Rule(text, "tool_calls"),
        "status": Rule(text, "unknown"),
        "step_details": Rule(_DETAILS, {"type": "tool_calls", "tool_calls": []}),
        "last_error": Rule(_ERROR),
        **{
            f"{name}_at": Rule(moment)
            for name in ("expired", "cancelled", "failed", "completed")
        },
        "metadata": Rule(_metadata, {}),
        "usage": Rule(_USAGE),
    },
    "file": {
        "bytes": Rule(count, 0),
        "expires_at": Rule(moment),
        "filename": Rule(_name, "upload"),
        "purpose": Rule(text, "assistants"),
        "status": Rule(text, "processed"),
        "status_details": Rule(text),
    },
    "vector_store": {
        "name": Rule(text),
        "status": Rule(text, "completed"),
        "expires_after": Rule(_EXPIRY),
        "expires_at": Rule(moment),
        "last_active_at": Rule(moment),
        "metadata": Rule(_metadata, {}),
    },
    "vector_store_file": {
        "usage_bytes": Rule(count, 0),
        "vector_store_id": Rule(identifier, _UNSET),
        "status": Rule(one_of(*_FILE_STATUSES), "completed"),
        "last_error": Rule(_ERROR),
        "chunking_strategy": Rule(
            chunking,
            {
                "type": "static",
                "static": {"max_chunk_size_tokens": 800, "chunk_overlap_tokens": 400},
            },
        ),
        "attributes": Rule(_metadata, {}),
    },
    "file_batch": {
        "vector_store_id": Rule(identifier, _UNSET),
        "status": Rule(one_of(*_FILE_STATUSES), "completed"),
    },
}
_OBJECTS: Final = {
    "assistant": "assistant",
    "thread": "thread",
    "message": "thread.message",
    "run": "thread.run",
    "step": "thread.run.step",
    "file": "file",
    "vector_store": "vector_store",
    "vector_store_file": "vector_store.file",
    "file_batch": "vector_store.files_batch",
}


def adapted(kind: str, value: Any, *, made: int, **places: str) -> JSON:
    """Return an object as the store keeps it.

    Args:
        kind: what it is.
        value: the object as it came.
        made: when it was created, if it doesn't say.
        places: ids of what it belongs to, by the names of their properties, which it
            may leave out.

    Raises:
        WrongError: it can't be imported; the text begins with where.
    """
    kept = dict(mapping(nested(value)))
    kept["id"] = at("$.id", identifier, kept.get("id"))
    said = kept.get("object")
    if said not in (None, _OBJECTS[kind]):
        raise WrongError(f"$.object: expected {_OBJECTS[kind]}, found {said!r}")
    kept["object"] = _OBJECTS[kind]
    if "metadata_" in kept and kept.get("metadata") is None:
        # As a server with another name for its column writes it.
        kept["metadata"] = kept.pop("metadata_")
    for name, place in places.items():
        if kept.get(name) is None:
            kept[name] = place
        if kept[name] != place:
            raise WrongError(f"$.{name}: expected {place}, found {kept[name]!r}")
    _infer(kind, kept)
    rules = {"created_at": Rule(moment, made), **SHAPES[kind]}
    for name, (check, default) in rules.items():
        if kept.get(name) is not None and not _is_blank(name, kept[name]):
            kept[name] = at(f"$.{name}", check, kept[name])
        elif default is _UNSET:
            raise WrongError(f"$.{name}: expected a value, found none")
        else:
            kept[name] = default
    return kept


def _infer(kind: str, kept: JSON) -> None:
    """Fill in what other properties say."""
    if kind == "message" and kept.get("role") is None:
        kept["role"] = "assistant" if kept.get("run_id") else "user"
    if kind in ("run", "step") and kept.get("status") is None:
        ended = [each for each in ENDED if kept.get(f"{each}_at") is not None]
        kept["status"] = ended[0] if ended else None
    details = kept.get("step_details")
    if kind == "step" and kept.get("type") is None and isinstance(details, dict):
        kept["type"] = details.get("type")


def _is_blank(name: str, value: Any) -> bool:
    """Return whether a value stands for null: some servers write {}."""
    return value == {} and name in ("required_action", "last_error", "usage")

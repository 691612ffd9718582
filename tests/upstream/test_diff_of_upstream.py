"""What changed between the two upstream documents, by other means than the diff's."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

from codegen import source
from codegen.diff import compare
from codegen.diff.report import as_json, as_markdown, as_text
from codegen.errors import json_path
from codegen.select import ASSISTANTS, Selection
from harness.contract import upstream, upstream_facts
from harness.contract.differences import differences
from tests.cases import some
from tests.diff.rows import LETTERS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from codegen.diff import Report

OLD, NEW = "openai-2025-03-22.yaml", "openai-2026-08-21.yaml"
METHODS = ("get", "put", "post", "delete", "options", "head", "patch", "trace")


@cache
def _report(selection: Selection) -> Report:
    old, new = (source.load(upstream.named(name)).document for name in (OLD, NEW))
    return compare(old, new, selection=selection)


def _told(report: Report) -> set[tuple[str, str, str]]:
    return {
        (LETTERS[c.callers] + LETTERS[c.readers], c.name, c.text)
        for c in report.changes
    }


# --- The Assistants part -----------------------------------------------------------

_MODELS = [
    *("gpt-5", "gpt-5-mini", "gpt-5-nano", "gpt-5-2025-08-07", "gpt-5-mini-2025-08-07"),
    *("gpt-5-nano-2025-08-07", "gpt-4.1", "gpt-4.1-mini", "gpt-4.1-nano"),
    *("gpt-4.1-2025-04-14", "gpt-4.1-mini-2025-04-14", "gpt-4.1-nano-2025-04-14"),
]
_TIMES = {
    "AssistantObject": ["created_at"],
    "ThreadObject": ["created_at"],
    "MessageObject": ["created_at", "completed_at", "incomplete_at"],
    "RunObject": [
        *("created_at", "expires_at", "started_at", "cancelled_at", "failed_at"),
        "completed_at",
    ],
    "OpenAIFile": ["created_at", "expires_at"],
    "VectorStoreObject": ["created_at", "expires_at", "last_active_at"],
    "VectorStoreFileObject": ["created_at"],
    "VectorStoreFileBatchObject": ["created_at"],
    "ModelSchema": ["created"],
    "RunStepObject": [
        *("created_at", "expired_at", "cancelled_at", "failed_at", "completed_at")
    ],
}
_FILES = (
    "`CreateFileSearchVectorStore.file_ids` must be at most `100000000` items long "
    "now, was `10000`"
)
_BATCH = "CreateVectorStoreFileBatchRequest"
_NEW_IN_FILES = {
    ("-M", "FilePurpose", '`FilePurpose` may now also be `"user_data"`'),
    ("C-", "CreateFileRequest", "`CreateFileRequest.expires_after` is new"),
    ("C-", "CreateFileRequest", "`CreateFileRequestOptionalDict` is new"),
    ("C-", "FileExpirationAfter", "`FileExpirationAfter` is new, a class"),
    ("-C", "ModelSchema", "`ModelSchema.shutdown_date` is new"),
}
_NEW_IN_VECTOR_STORES = {
    ("C-", _BATCH, f"`{_BATCH}.file_ids` became optional, and may be `None`"),
    (
        *("C-", _BATCH),
        f"`{_BATCH}.file_ids` must be at most `2000` items long now, was `500`",
    ),
    ("C-", _BATCH, f"`{_BATCH}.files` is new"),
    # Nothing in it is required any more.
    ("B-", _BATCH, f"`{_BATCH}OptionalDict` is gone"),
    (
        *("C-", "CreateVectorStoreRequest"),
        "`CreateVectorStoreRequest.description` is new",
    ),
    (
        *("BC", "VectorStoreFileAttributes"),
        (
            "`VectorStoreFileAttributes` has the limit `propertyNames` "
            "`{'type': 'string', 'maxLength': 64}` now"
        ),
    ),
}
_NEW_IN_SEARCH = {
    (
        *("C-", "AttributeFilter"),
        "`AttributeFilter` may be `ComparisonFilter`, which changed",
    ),
    (
        *("C-", "ComparisonFilter"),
        (
            "`ComparisonFilter.value` is `str | float | bool | list[str | float]` now, "
            "was `str | float | bool`"
        ),
    ),
    (
        *("C-", "ComparisonOperator"),
        '`ComparisonOperator` may now also be `"in"` and `"nin"`',
    ),
    ("C-", "VectorStoreRanker", '`VectorStoreRanker` may now also be `"none"`'),
}


def _listed(values: list[str]) -> str:
    shown = [f'`"{value}"`' for value in values]
    return f"{', '.join(shown[:-1])} and {shown[-1]}"


def test_the_assistants_part_changed_in_this_and_in_nothing_else() -> None:
    report = _report(ASSISTANTS)
    operations = {c.name for c in report.changes if c.kind == "operation"}
    # Those of files and models name no error of their own.
    assert len(operations) == 47 - 8
    due = {
        *_NEW_IN_FILES,
        *_NEW_IN_VECTOR_STORES,
        *_NEW_IN_SEARCH,
        *(
            ("-C", name, "the error `429` is named now, and read the same")
            for name in operations
        ),
        *(
            ("-C", name, f"`{name}.{attribute}_datetime` is new: a time")
            for name, attributes in _TIMES.items()
            for attribute in attributes
        ),
        (
            *("-C", "MessageImageUrlDelta"),
            '`MessageImageUrlDelta.url` has the format `"uri"` now',
        ),
        *(
            ("C-", name, f"`{name}` may now also be {_listed(_MODELS)}")
            for name in ("AssistantSupportedModels", "ThreadAndRunModel")
        ),
        (
            *("C-", "ReasoningEffort"),
            "`ReasoningEffort` may now also be "
            + _listed(["none", "minimal", "xhigh", "max"]),
        ),
        (*("C-", "CreateFileSearchVectorStore"), _FILES),
    }
    assert _told(report) == due
    assert (report.breaking, report.bump) == (True, "minor")


def test_another_comparison_of_the_assistants_part_finds_the_same_places() -> None:
    old, new = (
        upstream_facts.repaired(
            upstream_facts.facts_of(upstream.load(upstream.named(name)))
        )
        for name in (OLD, NEW)
    )
    known = {change.path for change in _report(ASSISTANTS).changes}
    known_places = [path for path in known if "responses" not in path]
    for line in some(differences(new, old)):
        at, _, words = line.partition(": ")
        if "ErrorResponse" in at or "['429']" in at or at.endswith(".type"):
            # Brought by our overlay, told as the error, or said in other words.
            continue
        if at.endswith((".items.deprecated", ".schema.deprecated")):
            # Told where the schema itself is.
            continue
        place = _without_wrappers(at.rpartition(".")[0])
        told = [_without_wrappers(path) for path in known_places]
        assert any(path.endswith(place) or place in path for path in told), (at, words)


def _without_wrappers(path: str) -> str:
    """Leave out of a JSON path what only makes something nullable."""
    for wrapper in (".anyOf[0]", ".anyOf[1]", ".oneOf[1]"):
        path = path.replace(wrapper, "")
    return path.replace("CreateThreadRequest", "CreateAssistantRequest")


# --- All of it ---------------------------------------------------------------------

EVERYTHING = Selection(everything=True)

# Looked up in both documents by hand.
_BY_HAND = [
    ("B-", "responses.list_input_items", "argument `before` is gone"),
    (
        *("B-", "projects.delete_project_api_key"),
        "argument `api_key_id` was called `key_id`",
    ),
    ("CC", "videos.create_video", "the operation is new"),
    ("-B", "AdminApiKey", "`AdminApiKey.value` is gone"),
    ("-B", "AdminApiKey", "`AdminApiKey.name` may now be `None`"),
    ("-B", "UsageTimeBucket", "`UsageTimeBucket.result` is gone"),
    ("-B", "UsageResponse", "`UsageResponse.next_page` may now be `None`"),
    ("BB", "CodeInterpreterTool", "`CodeInterpreterTool.file_ids` is gone"),
    (
        "BC",
        "CodeInterpreterTool",
        "`CodeInterpreterTool.container` is new and required",
    ),
    (
        *("BB", "ComputerTool"),
        '`ComputerTool.type` is now `"computer"`, was `"computer_use_preview"`',
    ),
    (
        *("B-", "CreateChatCompletionRequest"),
        "`CreateChatCompletionRequest.seed` must be at most `9223372036854776000` now",
    ),
    (
        *("M-", "CreateImageRequest"),
        'the default of `CreateImageRequest.quality` is `"auto"` now, was `"standard"`',
    ),
    ("BB", "CoordParam", "`Coordinate` is called `CoordParam` now"),
]


def test_of_all_what_was_looked_up_by_hand_is_told() -> None:
    report = _report(EVERYTHING)
    missing = [row for row in _BY_HAND if row not in _told(report)]
    assert missing == []
    assert (report.breaking, report.bump) == (True, "minor")


def test_of_all_every_operation_that_came_or_went_is_told() -> None:
    old, new = (_routes(upstream.load(upstream.named(name))) for name in (OLD, NEW))
    told: dict[str, set[str]] = {"new": set(), "gone": set(), "moved": set()}
    for change in _report(EVERYTHING).changes:
        if change.kind == "operation":
            for kind in ("new", "gone"):
                if change.text == f"the operation is {kind}":
                    told[kind].add(change.where)
            if change.text.startswith(("the request goes", "argument")):
                told["moved"].add(change.where)
    assert len(told["new"]) > 100
    assert told["gone"] <= old - new
    assert told["new"] <= new - old
    # What moved is told under the path that it has now.
    assert (new - old) - told["new"] <= told["moved"]


def _routes(document: Any) -> set[str]:
    return {
        f"{method.upper()} {path}"
        for path, item in document["paths"].items()
        for method in METHODS
        if method in item
    }


# Words of changes by which a property has another name, or a class became a union.
RENAMED = ("called", "union", "data")


def test_of_all_every_property_that_came_went_or_became_required_is_told() -> None:
    old, new = (
        upstream.load(upstream.named(n))["components"]["schemas"] for n in (OLD, NEW)
    )
    told = {(change.path, word) for change in _report(EVERYTHING).changes
            for word in ("gone", "new", "required", "optional", *RENAMED)
            if word in change.text.replace(",", " ").split()}  # fmt: skip
    renamed = {path for path, word in told if word in RENAMED}
    count, missing = 0, []
    for name, was, now in _objects(old, new):
        for place, word in _flips(name, was, now):
            count += 1
            if (place, word) not in told and place not in renamed:
                missing.append((place, word))
    # A property under a new name is told under that one.
    names = {path.rpartition(".properties")[0] for path in renamed}
    missing = [m for m in missing if m[0].rpartition(".properties")[0] not in names]
    assert missing == []
    assert count > 150


def _objects(old: Any, new: Any) -> Iterator[tuple[str, Any, Any]]:
    """Return the schemas that are plain objects in both documents."""
    for name in old:
        both = [old[name], new.get(name, {})]
        if all(
            "properties" in s and not s.keys() & {"allOf", "oneOf", "anyOf"}
            for s in both
        ):
            yield name, *both


def _flips(name: str, was: Any, now: Any) -> Iterator[tuple[str, str]]:
    before, after = was["properties"], now["properties"]
    needed, needs = set(was.get("required", ())), set(now.get("required", ()))
    for key in before.keys() | after.keys():
        place = json_path(("components", "schemas", name, "properties", key))
        if key not in after:
            yield place, "gone"
        elif key not in before:
            yield place, "new"
        elif (key in needed) != (key in needs):
            yield place, "required" if key in needs else "optional"


def test_of_all_every_model_that_went_is_told() -> None:
    old, new = (
        upstream.load(upstream.named(n))["components"]["schemas"] for n in (OLD, NEW)
    )
    said = " ".join(change.text for change in _report(EVERYTHING).changes)
    missing = [
        name
        for name in old.keys() - new.keys()
        if f"`{name}` is gone" not in said and f"`{name}` is called" not in said
    ]
    assert missing == []


def test_of_all_nothing_changed_between_a_document_and_itself() -> None:
    new = source.load(upstream.named(NEW)).document
    assert compare(new, new, selection=EVERYTHING).is_empty


def test_of_all_the_report_can_be_written_and_grows_slower_than_the_list() -> None:
    report = _report(EVERYTHING)
    assert len(report.changes) > 2000
    for write in (as_text, as_markdown, as_json):
        assert write(report).isprintable() is False
        assert "\x1b" not in write(report)
    assert as_text(report).count("\n") < 2 * len(report.changes)

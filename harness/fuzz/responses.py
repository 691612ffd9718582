"""Fuzzing the answers of all operations: read without loss, or refused by a name."""

from __future__ import annotations

import json
import random
from typing import TYPE_CHECKING, Any, Final

import httpx

from assistants_client import APIError, DecodeError
from assistants_client._api import RunObject, check, endpoint
from assistants_client._operations import LIVE
from assistants_client._operations import OPERATIONS as METHODS
from harness.contract.document import OPERATIONS, PREFIX
from harness.either_client import settled
from harness.fuzz.bench import Bench, Body, same, sound, typed
from harness.fuzz.mutations import instance, spoil, spoil_bytes, written
from harness.fuzz.object_use import lived, walked
from harness.fuzz.runner import halves, text

if TYPE_CHECKING:
    from collections.abc import Iterator
    from random import Random

    from harness.contract.document import Operation
    from harness.fuzz.runner import Case

NOT_JSON: Final = object()
BODIES: Final[dict[str, dict[str, Any]]] = {
    "assistants.create": {"model": "m"},
    "threads.create_and_run": {"assistant_id": "asst_1"},
    "threads.runs.create": {"assistant_id": "asst_1"},
    "threads.runs.submit_tool_outputs": {"tool_outputs": []},
    "threads.messages.create": {"role": "user", "content": "Good day"},
    "vector_stores.search": {"query": "Good day"},
    "vector_stores.files.create": {"file_id": "file_1"},
    "vector_stores.files.update": {"attributes": {}},
    "vector_stores.file_batches.create": {"file_ids": ["file_1"]},
}
_BY_MODULE = {f"{o.module_name.split('.api.')[1]}": o for o in OPERATIONS}
_NAMES = [name for name, each in METHODS.items() if each.module in _BY_MODULE]
_LISTS = {
    name
    for name in _NAMES
    if name.endswith((".list", ".list_files")) or METHODS[name].single
}
_STATUSES = (200,) * 30 + (201, 204, 299, 400, 401, 403, 404, 409, 422, 429, 500, 520)
_TYPES = ("application/json",) * 12 + (
    *("application/json; charset=latin-1", "text/plain; charset=hex", "text/html"),
    *("application/json; charset=utf-16", "", "application/problem+json", ";", "\x7f"),
)
_WAYS = ("plain", "plain", "plain", "plain", "raw", "free")
_CASTS: tuple[Any, ...] = (dict, list[int], str, bytes, object, RunObject, float)
_WALKS: tuple[dict[str, Any], ...] = (
    *({}, {"limit": 1}, {"before": "run_9"}, {"order": "asc"}, {"max_items": 3}),
    *({"created_after": 5}, {"created_before": 1e12}, {"order": "asc", "after": "a"}),
)


def document_of(operation: str) -> Operation:
    return _BY_MODULE[METHODS[operation].module]


class Answers:
    """The target: an answer to an operation, and those to what is done with it."""

    name = "answers"

    def __init__(self, bench: Bench) -> None:
        self._bench = bench

    def make(self, rng: Random) -> Case:
        """Make answers that were right before something was done to them."""
        operation = rng.choice(_NAMES)
        status = rng.choice(_STATUSES)
        schema = document_of(operation).success
        if status >= 400:
            schema = document_of(operation).failure
        return {
            "operation": operation,
            "way": rng.choice(_WAYS),
            "asynchronous": rng.random() < 0.3,
            "status": status,
            "type": rng.choice(_TYPES),
            "body": text(spoilt_answer(rng, schema)),
            "more": [text(spoilt_answer(rng, schema)) for _ in range(rng.randrange(4))],
            "walk": rng.randrange(len(_WALKS)),
        }

    def smaller(self, case: Case) -> Iterator[Case]:
        """Leave out parts of the JSON, or of the text if it is none."""
        if case["more"]:
            yield {**case, "more": []}
        for simple in ({"asynchronous": False}, {"type": "application/json"}):
            if not simple.items() <= case.items():
                yield {**case, **simple}
        for each in _less(case["body"]):
            yield {**case, "body": each}

    def judge(self, case: Case) -> str:
        """Carry the call out; look at what it gives, and use it."""
        answers = [case["body"], *case["more"]]
        given = iter(answers)
        headers = {"content-type": case["type"]} if case["type"] else {}

        def answer(_: httpx.Request) -> httpx.Response:
            body = next(given, random.Random(len(answers)).choice(answers))
            content = body.encode("latin-1")
            return httpx.Response(
                case["status"], headers=headers, stream=_body(content)
            )

        self._bench.answer = answer
        asynchronous = case["asynchronous"]
        client = self._bench.client(asynchronous=asynchronous)
        found: str = self._bench.run(_used(client, case), asynchronous=asynchronous)
        return found


def spoilt_answer(rng: Random, schema: str) -> bytes:
    """Return a response that fitted a schema before it was spoilt."""
    value = instance(rng, {"$ref": f"{PREFIX}{schema}"})
    for _ in range(rng.choice((0, 1, 1, 1, 2, 5, 20))):
        value = spoil(rng, value)
    content = written(value, ascii_only=rng.random() < 0.5)
    found = content.encode("utf-8", "surrogatepass")
    return spoil_bytes(rng, found) if rng.random() < 0.2 else found


def _body(content: bytes) -> Body:
    return Body([content[:7], content[7:]])


def _less(body: str) -> Iterator[str]:
    try:
        value = json.loads(body.encode("latin-1"))
    except (ValueError, RecursionError):
        yield from halves(body)
        return
    for each in _without(value):
        yield text(json.dumps(each).encode())


def _without(value: Any) -> Iterator[Any]:
    if isinstance(value, dict):
        for name in value:
            yield {key: inner for key, inner in value.items() if key != name}
        for name in value:
            for inner in _without(value[name]):
                yield {**value, name: inner}
    elif isinstance(value, list):
        for at in range(min(len(value), 20)):
            yield value[:at] + value[at + 1 :]
        for at in range(min(len(value), 20)):
            for inner in _without(value[at]):
                yield [*value[:at], inner, *value[at + 1 :]]


def decoded(content: bytes) -> Any:
    """Return what the standard library makes of a body."""
    try:
        return json.loads(content)
    except (ValueError, RecursionError):
        return NOT_JSON


def method_of(client: Any, operation: str) -> Any:
    for name in operation.split("."):
        client = getattr(client, name)
    return client


def arguments_of(operation: str) -> dict[str, Any]:
    ids = {name: f"{name}_1" for name in METHODS[operation].parameters.path}
    return ids | BODIES.get(operation, {})


async def _used(client: Any, case: Case) -> str:
    operation = case["operation"]
    content = case["body"].encode("latin-1")
    expected = decoded(content)
    given = arguments_of(operation)
    is_list = operation in _LISTS
    if is_list and "before" in METHODS[operation].parameters.query:
        given |= _WALKS[case["walk"]]
    if case["status"] < 400:
        _generated(operation, case["status"], content, expected)
    try:
        if case["way"] == "free":
            kind = _CASTS[case["walk"] % len(_CASTS)]
            await settled(client.get("/models", cast_to=kind))
            return "what was asked for"
        if case["way"] == "raw":
            return await _raw(client, operation, given, content)
        value = await settled(method_of(client, operation)(**given))
    except APIError as error:
        _told_why(error, case, expected)
        return typed(error)
    assert case["status"] < 300
    if operation.endswith(".delete") and not content.strip():
        return "nothing, as of what is no more"
    assert expected is not NOT_JSON
    if is_list:
        return await walked(value, expected)
    if not isinstance(expected, dict):
        assert same(value, expected)
        return "as it came"
    sound(value, expected)
    assert isinstance(check(expected, document_of(operation).success), list)
    if METHODS[operation].kind in LIVE:
        await lived(value)
    return type(value).__name__


def _generated(operation: str, status: int, content: bytes, expected: Any) -> None:
    """Read the answer as generated code does it by itself."""
    from assistants_api.errors import ApiError

    reply = httpx.Response(status, content=content)
    try:
        value = endpoint(METHODS[operation].module).parse_response(reply)
    except ApiError:
        return
    if isinstance(expected, dict):
        sound(value, expected)


def _told_why(error: APIError, case: Case, expected: Any) -> None:
    if case["status"] >= 300:
        assert getattr(error, "status_code", None) == case["status"]
        assert expected is NOT_JSON or error.body is not None or not expected
        return
    assert isinstance(error, DecodeError)
    if case["way"] != "free":
        assert expected is NOT_JSON or _has_no_items(case, expected)
    assert error.response.content == case["body"].encode("latin-1")


def _has_no_items(case: Case, expected: Any) -> bool:
    """Return whether a response is not what an operation returns."""
    if case["operation"] not in _LISTS:
        return not isinstance(expected, dict)
    given = expected.get("data") if isinstance(expected, dict) else expected
    return not isinstance(given, list)


async def _raw(client: Any, operation: str, given: Any, content: bytes) -> str:
    """Take the answer itself; it says what was sent, whatever that is."""
    found = await settled(method_of(client.with_raw_response, operation)(**given))
    assert found.content == content
    assert type(found.text) is str
    expected = decoded(content)
    try:
        assert same(found.json(), expected)
    except ValueError:
        assert expected is NOT_JSON
    assert repr(found.parse())
    return "a raw answer"

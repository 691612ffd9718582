"""schemathesis makes up requests, good and bad, and judges every answer."""

from __future__ import annotations

import logging
from collections import Counter
from copy import deepcopy
from functools import cache
from typing import TYPE_CHECKING, Any
from zlib import crc32

import httpx
import pytest
import requests
import schemathesis
from schemathesis.checks import load_all_checks
from schemathesis.core.parameters import ParameterLocation
from schemathesis.generation.feedback import FeedbackSources
from schemathesis.pytest._test_builder import build_operation_test
from schemathesis.specs.openapi.checks import (
    negative_data_rejection,
    response_schema_conformance,
)

from assistants_server import LocalServer
from harness.contract.document import DOCUMENT, OPERATIONS, STREAMING, Operation
from harness.examples import examples_taken_from
from tests.server.conformance import events_of, judge_stream
from tests.server.furnished import FUNCTION, Furnished

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from typing import TypeAlias

    from schemathesis import CheckFunction

    Case: TypeAlias = schemathesis.Case[Any]
    Test: TypeAlias = Callable[..., None]

# Nothing here is fine-tuned, so that no model can be deleted; test_models has that.
OFFERED = [each for each in OPERATIONS if each.id != "deleteModel"]
each_operation = pytest.mark.parametrize("operation", OFFERED, ids=str)
with_ids = [
    each for each in OPERATIONS if each.placed("path") or each.path == "/threads/runs"
]
KEY = "key-of-the-test"
# Besides those that cover each rule of each schema, of which there are some 3000.
EXAMPLES = 1
ARGUMENTS = {
    "type": "object",
    "properties": {"size": {"type": "integer", "minimum": 3}},
    "required": ["size"],
}


def document() -> dict[str, Any]:
    """Return the document with those limits that it has in words only.

    And with the one operation that the server has besides: it lists threads.
    """
    changed = deepcopy(DOCUMENT)
    listing = deepcopy(changed["paths"]["/assistants"]["get"])
    changed["paths"]["/threads"]["get"] = {**listing, "operationId": "listThreads"}
    for path in changed["paths"].values():
        for operation in path.values():
            for parameter in operation.get("parameters", []):
                if parameter["name"] == "limit":
                    most = max(100, parameter["schema"].get("default", 0))
                    parameter["schema"].update(minimum=1, maximum=most)
    schemas = changed["components"]["schemas"]
    schemas["Metadata"].update(maxProperties=16, propertyNames={"maxLength": 64})
    schemas["Metadata"]["additionalProperties"]["maxLength"] = 512
    for schema in ("FunctionObject", "JsonSchemaFormat"):
        name = schemas[schema]["properties"]["name"]
        name["pattern"] = "^[a-zA-Z0-9_-]{1,64}$"
    chunks = schemas["StaticChunkingStrategy"]["properties"]
    chunks["chunk_overlap_tokens"]["minimum"] = 0
    batch = schemas["CreateVectorStoreFileBatchRequest"]
    batch["oneOf"] = batch.pop("anyOf")
    # Any text is a model's name, so that three of those that are listed say all.
    del schemas["AssistantSupportedModels"]["enum"][3:]
    # Since OpenAPI 3.1 a format is a note and refuses nothing.
    del schemas["MessageImageUrl"]["properties"]["url"]["format"]
    return changed


def schema(*phases: str, accepted: int, mode: str = "all") -> Any:
    """Return the document as schemathesis makes up requests from it.

    Args:
        phases: of schemathesis: "coverage" tries each rule of each schema, "fuzzing"
            anything.
        accepted: the status that a request must be answered with which is valid.
        mode: "positive" for valid requests only.
    """
    config = schemathesis.Config.from_dict(
        {
            "generation": {
                "database": "none",
                "deterministic": True,
                "max-examples": EXAMPLES,
                "mode": mode,
            },
            "phases": {
                name: {"enabled": name in phases}
                for name in ("examples", "coverage", "fuzzing")
            },
            "checks": {
                "positive_data_acceptance": {"expected-statuses": [accepted]},
                "negative_data_rejection": {"expected-statuses": [400, 404, 405, 415]},
                # Asks each time once more without a key; test_admission does so.
                "ignored_auth": {"enabled": False},
                # There is one key, so all that there is belongs to whoever has it.
                "object_level_authorization": {"enabled": False},
                # These two follow what schemathesis itself made from request to
                # request. Here it asks for what was made before; other tests follow.
                "use_after_free": {"enabled": False},
                "ensure_resource_availability": {"enabled": False},
            },
            "headers": {"Authorization": f"Bearer {KEY}"},
            # Enough to read every stream to its end.
            "max-stream-events": 100_000,
            # How long it takes to make up a request says nothing of the server.
            "suppress-health-check": ["all"],
        }
    )
    return schemathesis.openapi.from_dict(document(), config=config)


def each_case(schema: Any, operation: Operation, test: Test) -> None:
    """Call a test with one made-up request for an operation after the other.

    What schemathesis has for pytest would make them up in each process, and for all
    operations, before the first test begins.
    """
    load_all_checks()
    found = (each.ok() for each in schema.get_all_operations())
    (ours,) = (
        each for each in found if each.definition.raw["operationId"] == operation.id
    )
    whole: Any = build_operation_test(
        config=schema.config,
        operation=ours,
        test_func=test,
        given_kwargs={},
        feedback=FeedbackSources(),
    )
    for values in examples_taken_from(whole):
        test(**values)
    whole()


@cache
def anything(mode: str) -> Any:
    return schema("coverage", "fuzzing", accepted=200, mode=mode)


@cache
def unknown_ids() -> Any:
    return schema("fuzzing", accepted=404, mode="positive")


class Seen:
    """What came of the requests for one operation."""

    def __init__(self) -> None:
        self.statuses: Counter[int] = Counter()
        self.streams = 0
        self._kinds: Counter[str] = Counter()

    def is_one_too_many(self, case: Case) -> bool:
        """Return whether a value of a wrong type is there that others can stand for.

        Of all wrong types at a place, the first is sent and every fifth, another fifth
        at another place.
        """
        said = str(getattr(case.meta and case.meta.phase.data, "description", ""))
        if not said.endswith("Incorrect type"):
            return False
        kind = f"{operation_of(case)} {said}"
        number = self._kinds[kind]
        self._kinds[kind] += 1
        return number > 0 and (number + crc32(kind.encode())) % 5 > 0


@pytest.fixture(autouse=True)
def nothing_logged(caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    """Fail where the server logs an error, even if the client sees none."""
    yield
    mistakes = [
        each for each in caplog.get_records("call") if each.levelno >= logging.ERROR
    ]
    assert [each.getMessage() for each in mistakes] == []


@pytest.fixture(scope="module")
def world() -> Iterator[Furnished]:
    with LocalServer(key=KEY) as server, Furnished(server, key=KEY) as world:
        yield world


@pytest.fixture(scope="module")
def session() -> Iterator[requests.Session]:
    """Provide connections that are kept, and settings that are not read each time."""
    with requests.Session() as session:
        session.trust_env = False
        yield session


@each_operation
def test_every_response_is_valid_by_the_document(
    operation: Operation,
    world: Furnished,
    session: requests.Session,
    pytestconfig: pytest.Config,
) -> None:
    seen = Seen()
    # What is invalid is refused before any store is asked.
    mode = "all" if pytestconfig.getoption("--store") == "sqlite" else "positive"

    def check(case: Case) -> None:
        if seen.is_one_too_many(case):
            return
        use_real_ids(case, world.ids(operation.id))
        response = case.call(base_url=world.url, session=session)
        left_out: list[CheckFunction] = []
        if {*case.query} - {parameter.name for parameter in case.operation.query}:
            # Parameters besides are ignored: the document doesn't forbid them, and
            # Azure's clients send one with every request.
            left_out.append(negative_data_rejection)
        if response.headers["content-type"][0].startswith("text/event-stream"):
            # It takes the data of an event as text, where the document has it decoded.
            left_out.append(response_schema_conformance)
            assert judge_stream(response.text) == []
            seen.streams += 1
        case.validate_response(response, excluded_checks=left_out)
        seen.statuses[response.status_code] += 1
        if response.status_code == 200:
            world.succeeded(operation.id)

    each_case(anything(mode), operation, check)
    # Not all was refused, something was, and streams were read.
    assert seen.statuses[200] > 0
    refusable = mode == "all" and (operation.body or operation.placed("query"))
    assert seen.statuses[400] > 0 or not refusable
    assert seen.streams > 0 or operation not in STREAMING


@pytest.mark.parametrize("operation", with_ids, ids=str)
def test_made_up_ids_are_not_found(
    operation: Operation, world: Furnished, session: requests.Session
) -> None:
    """Send requests in which all ids are real except the last."""
    statuses: Counter[int] = Counter()

    def check(case: Case) -> None:
        for name in [*case.path_parameters][:-1]:
            case.path_parameters[name] = world.ids(operation.id)[name]
        response = case.call_and_validate(base_url=world.url, session=session)
        statuses[response.status_code] += 1

    each_case(unknown_ids(), operation, check)
    assert statuses[404] == statuses.total() > 0


def test_a_float_that_is_whole_is_an_integer(world: Furnished) -> None:
    """JSON schema has it so, and schemathesis sends such numbers."""
    ids = world.ids("createRun")
    response = httpx.post(
        f"{world.url}/threads/{ids['thread_id']}/runs",
        json={
            "assistant_id": ids["assistant_id"],
            "tool_choice": "none",
            "truncation_strategy": {"type": "last_messages", "last_messages": 1.0},
            "max_prompt_tokens": 256.0,
            "stream": True,
        },
        headers={"Authorization": f"Bearer {KEY}"},
    )
    assert judge_stream(response.text) == []
    assert events_of(response.text)[-2][0] == "thread.run.completed"
    world.succeeded("createRun")


def operation_of(case: Case) -> str:
    operation: str = case.operation.definition.raw["operationId"]
    return operation


def use_real_ids(case: Case, ids: dict[str, str]) -> None:
    """Replace the ids in a valid request by those of existing objects.

    What depends on the state of the server is put right as well, so that what is valid
    by the document is accepted.
    """
    if is_valid(case, ParameterLocation.PATH):
        for name in case.path_parameters:
            case.path_parameters[name] = ids[name]
    if is_valid(case, ParameterLocation.QUERY):
        listed = f"{case.path.rpartition('/')[2].removesuffix('s')}_id"
        for name, kind in (("after", listed), ("before", listed), ("run_id", "run_id")):
            if name in case.query:
                case.query[name] = ids[kind]
    body: Any = case.body
    use_real_schemas(body)
    if not isinstance(body, dict):
        return
    use_real_files(body, ids["file_id"])
    use_real_chunks(body)
    for each in body["files"] if isinstance(body.get("files"), list) else ():
        use_real_chunks(each)
    if isinstance(body.get("assistant_id"), str):
        body["assistant_id"] = ids["assistant_id"]
    if not is_valid(case, ParameterLocation.BODY):
        return
    use_real_filters(body.get("filters"))
    if "tool_outputs" in body:
        output = {"tool_call_id": ids["tool_call_id"], "output": "done"}
        body["tool_outputs"] = [output]
    if isinstance(body.get("tool_choice"), dict):
        # It has to name a tool of the run, which then are those of the assistant.
        body.pop("tools", None)
        body["tool_choice"]["function"] = {"name": FUNCTION}


def use_real_files(node: Any, file: str) -> None:
    """Replace ids of files in a valid request by one that exists."""
    if isinstance(node, list):
        for each in node:
            use_real_files(each, file)
    elif isinstance(node, dict):
        for name, each in node.items():
            if name == "file_id" and isinstance(each, str):
                node[name] = file
            elif name == "file_ids" and isinstance(each, list):
                node[name] = [file if isinstance(one, str) else one for one in each]
            else:
                use_real_files(each, file)


def use_real_chunks(body: Any) -> None:
    """Let chunks overlap by half of their size, as the document has in words."""
    match body:
        case {"chunking_strategy": {"static": dict() as static}}:
            most = static.get("max_chunk_size_tokens")
            overlap = static.get("chunk_overlap_tokens")
            if isinstance(most, int) and isinstance(overlap, int) and overlap > 50:
                static["chunk_overlap_tokens"] = most // 2


def use_real_filters(filter: Any, levels: int = 10) -> None:
    """Let the values of filters be lists where, and only where, they have to be.

    The document doesn't say so, nor how deep filters may be.
    """
    if not isinstance(filter, dict):
        return
    if isinstance(filter.get("filters"), list):
        if levels == 0:
            filter["filters"] = []
        for each in filter["filters"]:
            use_real_filters(each, levels - 1)
    value, kind = filter.get("value"), filter.get("type")
    if kind in ("in", "nin") and isinstance(value, str | int | float):
        filter["value"] = [] if isinstance(value, bool) else [value]
    elif kind not in ("in", "nin") and isinstance(value, list):
        filter["value"] = "a"


def use_real_schemas(node: Any) -> None:
    """Replace what should be JSON schemas by one, as a made-up object seldom is any."""
    if isinstance(node, list):
        for each in node:
            use_real_schemas(each)
    elif isinstance(node, dict):
        for outer, inner in (("function", "parameters"), ("json_schema", "schema")):
            holder = node.get(outer)
            if isinstance(holder, dict) and isinstance(holder.get(inner), dict):
                holder[inner] = ARGUMENTS
        for each in node.values():
            use_real_schemas(each)


def is_valid(case: Case, location: ParameterLocation) -> bool:
    """Return whether a part of a request is meant to be valid."""
    components = case.meta.components if case.meta else {}
    return location not in components or components[location].mode.is_positive

"""schemathesis makes up requests, good and bad, and judges every answer."""

from __future__ import annotations

import logging
from collections import Counter
from copy import deepcopy
from typing import TYPE_CHECKING, Any

import httpx
import pytest
import schemathesis
from schemathesis.core.parameters import ParameterLocation
from schemathesis.specs.openapi.checks import (
    negative_data_rejection,
    response_schema_conformance,
)

from assistants_client.local import LocalServer
from tests.contract.document import DOCUMENT, OPERATIONS, STREAMING
from tests.local.conformance import events_of, judge_stream
from tests.local.furnished import FUNCTION, Furnished

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from typing import TypeAlias

    from schemathesis import CheckFunction

    Case: TypeAlias = schemathesis.Case[Any]
    Test: TypeAlias = Callable[..., None]

KEY = "key-of-the-test"
# Besides those that cover each rule of each schema, of which there are some 3000.
EXAMPLES = 1
ARGUMENTS = {
    "type": "object",
    "properties": {"size": {"type": "integer", "minimum": 3}},
    "required": ["size"],
}


def document() -> dict[str, Any]:
    """Give the document with those limits that it has in words only."""
    changed = deepcopy(DOCUMENT)
    for path in changed["paths"].values():
        for operation in path.values():
            for parameter in operation.get("parameters", []):
                if parameter["name"] == "limit":
                    parameter["schema"].update(minimum=1, maximum=100)
    schemas = changed["components"]["schemas"]
    schemas["Metadata"].update(maxProperties=16, propertyNames={"maxLength": 64})
    schemas["Metadata"]["additionalProperties"]["maxLength"] = 512
    for schema in ("FunctionObject", "JsonSchemaFormat"):
        name = schemas[schema]["properties"]["name"]
        name["pattern"] = "^[a-zA-Z0-9_-]{1,64}$"
    # Since OpenAPI 3.1 a format is a note and refuses nothing.
    del schemas["MessageImageUrl"]["properties"]["url"]["format"]
    return changed


def each_case(
    *phases: str,
    accepted: int,
    mode: str = "all",
    paths: str = "",
) -> Callable[[Test], Test]:
    """Have a test called with one made-up request after the other, by operation.

    Args:
        phases: of schemathesis: "coverage" tries each rule of each schema, "fuzzing"
            anything.
        accepted: the status that a request must be answered with which is valid.
        mode: "positive" for valid requests only.
        paths: what must be found in the path, a regular expression.
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
    schema = schemathesis.openapi.from_dict(document(), config=config)
    decorate: Callable[[Test], Test] = schema.include(path_regex=paths).parametrize()
    return decorate


class Seen:
    """What came of the requests for one operation."""

    def __init__(self) -> None:
        self.operation = ""
        self.statuses: Counter[int] = Counter()
        self.streams = 0


@pytest.fixture
def seen() -> Seen:
    return Seen()


@pytest.fixture(autouse=True)
def nothing_logged(caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    """Have it that the server makes no mistakes, even where the client sees none."""
    yield
    mistakes = [
        each for each in caplog.get_records("call") if each.levelno >= logging.ERROR
    ]
    assert [each.getMessage() for each in mistakes] == []


@pytest.fixture(scope="module")
def world() -> Iterator[Furnished]:
    with LocalServer(key=KEY) as server, Furnished(server, key=KEY) as world:
        yield world


@pytest.fixture
def enough(seen: Seen) -> Iterator[None]:
    """Have it that not all was refused, that something was, and streams were read."""
    yield
    (operation,) = [each for each in OPERATIONS if each.id == seen.operation]
    assert seen.statuses[200] > 0
    assert seen.statuses[400] > 0 or not (operation.body or operation.placed("query"))
    assert seen.streams > 0 or operation not in STREAMING


@each_case("coverage", "fuzzing", accepted=200)
@pytest.mark.usefixtures("enough")
def test_every_answer_is_by_the_document(
    case: Case, world: Furnished, seen: Seen
) -> None:
    operation = operation_of(case)
    use_real_ids(case, world.ids(operation))
    answer = case.call(base_url=world.url)
    left_out: list[CheckFunction] = []
    if {*case.query} - {parameter.name for parameter in case.operation.query}:
        # Parameters besides are ignored: the document doesn't forbid them, and Azure's
        # clients send one with every request.
        left_out.append(negative_data_rejection)
    if answer.headers["content-type"][0].startswith("text/event-stream"):
        # It takes the data of an event as text, where the document has it decoded.
        left_out.append(response_schema_conformance)
        assert judge_stream(answer.text) == []
        seen.streams += 1
    case.validate_response(answer, excluded_checks=left_out)
    seen.operation = operation
    seen.statuses[answer.status_code] += 1
    if answer.status_code == 200:
        world.succeeded(operation)


@each_case("fuzzing", accepted=404, mode="positive", paths=r"\{|/threads/runs$")
def test_what_is_made_up_is_not_found(case: Case, world: Furnished) -> None:
    """Have all ids real but for the last: the run's, say, of which steps are wanted."""
    for name in [*case.path_parameters][:-1]:
        case.path_parameters[name] = world.ids(operation_of(case))[name]
    case.call_and_validate(base_url=world.url)


def test_a_float_that_is_whole_is_an_integer(world: Furnished) -> None:
    """Have it as JSON schema does: schemathesis makes such numbers up, too."""
    ids = world.ids("createRun")
    answer = httpx.post(
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
    assert judge_stream(answer.text) == []
    assert events_of(answer.text)[-2][0] == "thread.run.completed"
    world.succeeded("createRun")


def operation_of(case: Case) -> str:
    operation: str = case.operation.definition.raw["operationId"]
    return operation


def use_real_ids(case: Case, ids: dict[str, str]) -> None:
    """Put ids into a request that are those of something, where it is well formed.

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
    if isinstance(body.get("assistant_id"), str):
        body["assistant_id"] = ids["assistant_id"]
    if not is_valid(case, ParameterLocation.BODY):
        return
    if "tool_outputs" in body:
        output = {"tool_call_id": ids["tool_call_id"], "output": "done"}
        body["tool_outputs"] = [output]
    if isinstance(body.get("tool_choice"), dict):
        # It has to name a tool of the run, which then are those of the assistant.
        body.pop("tools", None)
        body["tool_choice"]["function"] = {"name": FUNCTION}


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
    """Tell whether a part of a request is meant to be valid."""
    components = case.meta.components if case.meta else {}
    return location not in components or components[location].mode.is_positive

"""openapi.yaml says what upstream says, but for what codegen/overlay.yaml repairs.

The comparison is made with the committed digest of upstream's facts; tests/upstream
compares that with the document which it is of.
"""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING, Any

import jsonpath_rfc9535
import pytest

from harness.contract import upstream, upstream_facts
from harness.contract.differences import METHODS, Due, differences
from harness.contract.meaning import Reader
from harness.contract.repaired import REPAIRED_PATHS, REPAIRED_SCHEMAS
from harness.contract.upstream import ROOT
from tests.contract.copies import GONE, changed_at

if TYPE_CHECKING:
    Json = Any


@cache
def pinned() -> Json:
    return upstream.load(ROOT / "openapi.yaml")


@cache
def digest() -> Json:
    return upstream_facts.load()


@cache
def repaired() -> Json:
    return upstream_facts.repaired(digest()["document"])


@cache
def due() -> Due:
    return Due(repaired())


def test_all_facts_agree_with_upstream() -> None:
    found = differences(due(), pinned())
    assert not found, "\n".join(["", *found])


def test_all_operations_and_events_of_upstream_are_compared() -> None:
    operations = [
        item[method]
        for item in repaired()["paths"].values()
        for method in METHODS
        if method in item
    ]
    events = Reader(repaired()).named("AssistantStreamEvent").shapes
    assert len(operations) == 47
    assert len(events) >= 25


def test_the_tags_are_those_of_the_operations() -> None:
    listed = [tag["name"] for tag in pinned()["tags"]]
    used = {
        tag
        for item in pinned()["paths"].values()
        for method in METHODS
        if method in item
        for tag in item[method]["tags"]
    }
    assert len(listed) == len(used)
    assert set(listed) == used


def test_the_digest_holds_no_prose() -> None:
    def check(node: Json, *, names: bool = False) -> None:
        if isinstance(node, dict):
            assert names or upstream_facts.PROSE.isdisjoint(node)
            for key, value in node.items():
                # A tag is a name, though it may have a blank in it.
                if names or key != "tags":
                    check(value, names=key == "properties" and not names)
        elif isinstance(node, list):
            for item in node:
                check(item)
        elif isinstance(node, str):
            assert " " not in node

    check(digest()["document"])


SCHEMAS = "$.components.schemas"


def test_every_deviation_is_due_to_an_action_of_the_overlay() -> None:
    """Without its actions the documents differ, and only in what they repair."""
    found = differences(digest()["document"], pinned())
    allowed = ("submitToolOuputsToRun", "4XX", "5XX", ".tags: ", "text/event-stream")
    rest = [text for text in found if not any(word in text for word in allowed)]
    # What upstream advises against as a whole, this document is for.
    whole = re.compile(r".*[Aa]ssistant.*\.deprecated: ")
    advised = [text for text in rest if whole.match(text)]
    assert advised
    rest = [text for text in rest if text not in advised]
    # Fewer where upstream has repaired it.
    places = {text.partition(": ")[0] for text in rest}
    assert places <= {*REPAIRED_PATHS, *REPAIRED_SCHEMAS}


# Where, which key, its new value, and what the difference that is seen says.
SCHEMAS = "$.components.schemas"
RUN = f"{SCHEMAS}.RunObject"
LIST = "$.paths['/threads/{thread_id}/runs'].get"
CREATE = "$.paths['/threads/{thread_id}/runs'].post"
LIMIT = "[?@.in=='query' && @.name=='limit']"
RETRY = "$.components.responses.TooManyRequests.headers['Retry-After']"
ACTION = '["object", "properties.event=thread.run.requires_action"]'
NEW = {"type": "string"}
MUTATIONS: dict[str, tuple[str, str | int, Json, str]] = {
    "a required entry is gone": (
        f"{RUN}.required",
        5,
        GONE,
        f"{RUN}.required: 'status' is missing here",
    ),
    "a required entry is new": (
        f"{SCHEMAS}.ToolOutput",
        "required",
        ["output"],
        f"{SCHEMAS}.ToolOutput.required: upstream has nothing",
    ),
    "a property is gone": (
        f"{RUN}.properties",
        "usage",
        GONE,
        f"{RUN}.properties.usage: upstream has it",
    ),
    "a property is new": (
        f"{RUN}.properties",
        "mood",
        NEW,
        f"{RUN}.properties.mood: it is not",
    ),
    "a type is gone": (
        RUN,
        "type",
        GONE,
        f'{RUN}.type: upstream has "object", here stands nothing',
    ),
    "a type is another": (
        f"{RUN}.properties.model",
        "type",
        "integer",
        f'{RUN}.properties.model.type: upstream has "string", here stands "integer"',
    ),
    "a format is gone": (
        f"{RUN}.properties.created_at",
        "format",
        GONE,
        f"{RUN}.properties.created_at.format: ",
    ),
    "a reference leads elsewhere": (
        f"{RUN}.properties.status",
        "$ref",
        "#/components/schemas/RunStepStatus",
        f"{SCHEMAS}.RunStepStatus.enum: 'queued' is missing here",
    ),
    "a constant is another": (
        f"{RUN}.properties.object",
        "const",
        "run",
        f"{RUN}.properties.object.const: ",
    ),
    "an enum value is gone": (
        f"{SCHEMAS}.RunStatus.enum",
        8,
        GONE,
        f"{SCHEMAS}.RunStatus.enum: 'expired' is missing here",
    ),
    "an enum value is another": (
        f"{SCHEMAS}.SortOrder.enum",
        0,
        "up",
        f"{SCHEMAS}.SortOrder.enum: 'up' is not",
    ),
    "a maximum is another": (
        f"{SCHEMAS}.FileSearchOptions.properties.max_num_results",
        "maximum",
        51,
        f"{SCHEMAS}.FileSearchOptions.properties.max_num_results.maximum: ",
    ),
    "a minimum is gone": (
        f"{RETRY}.schema",
        "minimum",
        GONE,
        f"{LIST}.responses['429'].headers['Retry-After'].schema.minimum: ",
    ),
    "a length is another": (
        f"{SCHEMAS}.AssistantObject.properties.name.anyOf[0]",
        "maxLength",
        255,
        f"{SCHEMAS}.AssistantObject.properties.name.anyOf[0].maxLength: ",
    ),
    "a number of items is another": (
        f"{RUN}.properties.tools",
        "maxItems",
        128,
        f"{RUN}.properties.tools.maxItems: ",
    ),
    "a pattern is new": (
        f"{RUN}.properties.id",
        "pattern",
        "^run_",
        f"{RUN}.properties.id.pattern: ",
    ),
    "a default is another": (
        f"{SCHEMAS}.CreateRunRequest.properties.top_p",
        "default",
        0.5,
        f"{SCHEMAS}.CreateRunRequest.properties.top_p.default: ",
    ),
    "a default is true instead of 1": (
        f"{SCHEMAS}.CreateRunRequest.properties.top_p",
        "default",
        True,
        f"{SCHEMAS}.CreateRunRequest.properties.top_p.default: ",
    ),
    "a default is gone": (
        f"{SCHEMAS}.MessageImageFile.properties.detail",
        "default",
        GONE,
        f"{SCHEMAS}.MessageImageFile.properties.detail.default: ",
    ),
    "null is refused": (
        f"{RUN}.properties.usage.anyOf",
        1,
        GONE,
        f"{RUN}.properties.usage, null allowed: upstream has true",
    ),
    "null is accepted": (
        f"{RUN}.properties.model",
        "type",
        ["string", "null"],
        f"{RUN}.properties.model, null allowed: upstream has false",
    ),
    "unknown properties are accepted": (
        f"{SCHEMAS}.CreateRunRequest",
        "additionalProperties",
        GONE,
        f"{SCHEMAS}.CreateRunRequest.additionalProperties: ",
    ),
    "the values of a map are others": (
        f"{SCHEMAS}.Metadata.additionalProperties",
        "type",
        "number",
        f"{SCHEMAS}.Metadata.additionalProperties.type: ",
    ),
    "one of two is no longer demanded": (
        f"{SCHEMAS}.CreateFileSearchResources",
        "oneOf",
        GONE,
        f"{SCHEMAS}.CreateFileSearchResources.oneOf: ",
    ),
    "an alternative is gone": (
        f"{SCHEMAS}.AssistantTool.oneOf",
        1,
        GONE,
        f"{SCHEMAS}.AssistantTool: upstream's alternative",
    ),
    "an event is gone": (
        f"{SCHEMAS}.RunStreamEvent.oneOf",
        3,
        GONE,
        f"{SCHEMAS}.RunStreamEvent: upstream's alternative {ACTION} is missing here",
    ),
    "a kind of event is gone": (
        f"{SCHEMAS}.AssistantStreamEvent.oneOf",
        5,
        GONE,
        f"{SCHEMAS}.AssistantStreamEvent: upstream's alternative",
    ),
    "an operation is gone": (
        "$.paths['/threads/{thread_id}/runs']",
        "get",
        GONE,
        f"{LIST}: upstream has it",
    ),
    "an operation is new": (
        "$.paths['/threads/{thread_id}/runs']",
        "put",
        {"responses": {}},
        "$.paths['/threads/{thread_id}/runs'].put: it is not upstream's",
    ),
    "a property is no longer deprecated": (
        f"{SCHEMAS}.OpenAIFile.properties.status",
        "deprecated",
        GONE,
        f"{SCHEMAS}.OpenAIFile.properties.status.deprecated: ",
    ),
    "a name of an operation is another": (
        LIST,
        "operationId",
        "runs",
        f"{LIST}.operationId: ",
    ),
    "a parameter stands elsewhere": (
        f"{LIST}.parameters[1]",
        "in",
        "header",
        f"{LIST}.parameters{LIMIT}: ",
    ),
    "a parameter has another name": (
        f"{LIST}.parameters[1]",
        "name",
        "size",
        f"{LIST}.parameters{LIMIT}: ",
    ),
    "a parameter is required": (
        f"{LIST}.parameters[1]",
        "required",
        True,
        f"{LIST}.parameters{LIMIT}.required: ",
    ),
    "a parameter's default is another": (
        f"{LIST}.parameters[1].schema",
        "default",
        10,
        f"{LIST}.parameters{LIMIT}.schema.default: ",
    ),
    "a body is optional": (
        f"{CREATE}.requestBody",
        "required",
        GONE,
        f"{CREATE}.requestBody.required: ",
    ),
    "a body is of another type": (
        f"{CREATE}.requestBody",
        "content",
        {"text/plain": {"schema": NEW}},
        f"{CREATE}.requestBody.content['text/plain']: it is not upstream's",
    ),
    "a stream is gone": (
        f"{CREATE}.responses['200'].content",
        "text/event-stream",
        GONE,
        f"{CREATE}.responses['200'].content['text/event-stream']: upstream has it",
    ),
    "a response is gone": (
        f"{CREATE}.responses",
        "429",
        GONE,
        f"{CREATE}.responses['429']: ",
    ),
    "a response is of another type": (
        f"{CREATE}.responses['200'].content['application/json']",
        "schema",
        NEW,
        f"{CREATE}.responses['200'].content['application/json'].schema.type: ",
    ),
    "a schema is gone that nothing is left to refer to": (
        "$.components.schemas",
        "ThreadStreamEvent",
        GONE,
        f"{SCHEMAS}.ThreadStreamEvent: upstream has it",
    ),
    "a schema is left over": (
        "$.components.schemas",
        "Leftover",
        NEW,
        f"{SCHEMAS}.Leftover: it is not",
    ),
    "the key goes elsewhere": (
        "$.components.securitySchemes.ApiKeyAuth",
        "scheme",
        "basic",
        "$.components.securitySchemes.ApiKeyAuth.scheme: ",
    ),
}


@pytest.mark.parametrize("what", MUTATIONS)
def test_a_changed_fact_is_seen_and_named(what: str) -> None:
    place, key, value, told = MUTATIONS[what]
    (node,) = jsonpath_rfc9535.find(place, pinned())
    changed = changed_at(pinned(), (*node.location, key), value)
    found = differences(due(), changed)
    assert any(text.startswith(told) for text in found), found

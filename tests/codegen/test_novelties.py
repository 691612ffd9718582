"""What OpenAPI 3.2 adds: typed streams of items, query strings, and other methods."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from codegen.plan import plan_package
from tests.cases import each_case
from tests.codegen.packages import every_module
from tests.codegen.specs import (
    JSON,
    NUMBER,
    TEXT,
    URLENCODED,
    Document,
    array,
    const,
    document,
    obj,
    operation,
    ref,
    refusal,
    taken,
)

if TYPE_CHECKING:
    from tests.codegen.conftest import Make

EVENTS = "text/event-stream"


def newer(paths: Document, **schemas: Any) -> Document:
    return {**document(paths, **schemas), "openapi": "3.2.0"}


def streaming(item: Any, media_type: str = EVENTS, **schemas: Any) -> Document:
    answer = {"description": "", "content": {media_type: {"itemSchema": item}}}
    get = operation("follow", responses={"200": answer})
    return newer({"/follow": {"get": get}}, **schemas)


def in_text(schema: Any) -> Document:
    return {**TEXT, "contentMediaType": JSON, "contentSchema": schema}


def named(event: str, data: Any) -> Document:
    return obj("event", "data", event=const(event), data=data, id=TEXT)


def stream(given: Document) -> Any:
    (planned,) = plan_package(taken(given).document).operations
    return planned.responses.stream


@each_case(
    ("item", "type_", "enveloped"),
    [
        (named("a", in_text(ref("A"))), "FollowResponse", True),
        (ref("Named"), "Named", True),
        (ref("Either"), "Either", True),
        (obj("data", data=in_text(ref("A"))), "A", False),
        (obj("data", data=ref("A"), id=TEXT), "A", False),
        (ref("Bare"), "A", False),
        ({"oneOf": [ref("Bare"), obj(data=ref("B"))]}, "FollowResponse", False),
        (ref("BareEither"), "BareEither", False),
        (obj(data=TEXT), "str", False),
        (ref("A"), "A", False),
    ],
)
def test_an_event_stream_has_typed_events(
    item: Any, type_: str, enveloped: bool
) -> None:
    given = streaming(
        item,
        A=obj("k", k=const("a")),
        B=obj("k", k=const("b")),
        Named=named("n", in_text(ref("A"))),
        Other=named("o", in_text(ref("B"))),
        Either={"oneOf": [ref("Named"), ref("Other")]},
        Bare=obj("data", data=in_text(ref("A"))),
        BareOther=obj("data", data=ref("B")),
        BareEither={"oneOf": [ref("Bare"), ref("BareOther")]},
    )
    found = stream(given)
    assert (found.annotation, found.enveloped) == (type_, enveloped)


def test_the_data_of_events_is_read_as_the_schema_in_the_text_says(make: Make) -> None:
    given = streaming(
        {"oneOf": [named("add", in_text(ref("A"))), named("say", in_text(TEXT))]},
        A=obj("n", n=NUMBER),
    )
    package = make(given)
    every_module(package)
    follow = package.api.things.follow
    event = follow.parse_event("add", '{"n": 1}')
    assert isinstance(event.data, package.models.A)
    assert event.data.n == 1
    assert follow.parse_event("say", '"x"').data == "x"
    assert follow.parse_event("other", '"x"').to_dict()["event"] == "other"


def test_items_of_other_streams_are_those_of_an_array() -> None:
    given = streaming(ref("A"), "application/jsonl", A=obj(a=TEXT))
    found = taken(given).document["paths"]["/follow"]["get"]["responses"]["200"]
    assert found["content"]["application/jsonl"]["schema"] == array(ref("A"))


def test_a_query_string_is_written_from_the_properties_of_an_argument(
    make: Make,
) -> None:
    query = {
        "name": "filter",
        "in": "querystring",
        "required": True,
        "content": {URLENCODED: {"schema": ref("Filter")}},
    }
    get = operation("find", query)
    package = make(
        newer({"/find": {"get": get}}, Filter=obj(name=TEXT, tags=array(TEXT)))
    )
    find = package.api.things.find
    request = find.build_request(filter={"name": "a b", "tags": ["x", "y"]})
    assert request.query == [("name", "a b"), ("tags", "x"), ("tags", "y")]
    made = package.models.Filter(name="c")
    assert find.build_request(filter=made).query == [("name", "c")]


def test_a_query_string_of_another_kind_is_refused_by_place() -> None:
    query = {"name": "q", "in": "querystring", "content": {JSON: {"schema": obj()}}}
    said = refusal(newer({"/find": {"get": operation("find", query)}}))
    assert said.startswith("$.paths['/find'].get.parameters[0]: a whole query string ")


def test_any_method_is_an_operation(make: Make) -> None:
    body = {JSON: {"schema": ref("Filter")}}
    item = {
        "query": operation("search", schema=ref("Filter"), body=body),
        "additionalOperations": {
            "COPY": operation("copyIt", schema=ref("Filter")),
            "Link": {**operation("x"), "operationId": None},
        },
        "TODO": "write more",
    }
    package = make(newer({"/things": item}, Filter=obj(a=TEXT)))
    every_module(package)
    things = package.api.things
    request = things.search.build_request(body=package.models.Filter(a="b"))
    assert (request.method, request.path) == ("QUERY", "/things")
    assert request.json == {"a": "b"}
    assert things.copy_it.build_request().method == "COPY"
    assert things.link_things.build_request().method == "LINK"


def test_additional_operations_may_stand_in_path_items_that_are_shared() -> None:
    given = newer({"/a": {"$ref": "#/components/pathItems/A"}})
    item = {"additionalOperations": {"COPY": operation("copy", schema=obj(a=TEXT))}}
    given["components"] = {"pathItems": {"A": item}}
    (planned,) = plan_package(taken(given).document).operations
    assert (planned.method_name, planned.responses.success) == ("COPY", "CopyResponse")


def test_what_is_wrong_in_an_additional_operation_is_said_by_place() -> None:
    wrong = operation("copy", {"name": "a", "in": "nowhere", "schema": TEXT})
    said = refusal(newer({"/a": {"additionalOperations": {"COPY": wrong}}}))
    assert "a known place" in said
    wrong = operation("copy", schema={"type": "strng"})
    said = refusal(newer({"/a": {"additionalOperations": {"COPY": wrong}}}))
    assert said.startswith("$.paths['/a'].additionalOperations.COPY.responses")


def test_methods_in_capitals_are_methods() -> None:
    found = taken(document({"/a": {"GET": operation("a", schema=TEXT)}}))
    assert [*found.document["paths"]["/a"]] == ["get"]
    assert found.notes == ["$.paths['/a'].GET: it is read as get"]

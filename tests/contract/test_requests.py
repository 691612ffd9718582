"""What is sent is valid against the document, as openapi-core understands it."""

from __future__ import annotations

import copy
import json
import re
from dataclasses import dataclass
from functools import cache
from itertools import product
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

import pytest
from werkzeug.datastructures import Headers, ImmutableMultiDict

from assistants_api import UNSET
from harness.contract.calls import NASTY_IDS, NO_IDS, Call, calls, plain_call
from harness.contract.document import (
    DOCUMENT,
    OPERATIONS,
    OTHER,
    STREAMING,
    Operation,
    is_object,
    resolve,
)
from harness.contract.drawn import drawn
from harness.contract.each import for_each
from harness.contract.instances import same
from harness.kept import installed, kept
from tests.cases import some

if TYPE_CHECKING:
    from collections.abc import Iterator

    from openapi_core import OpenAPI
    from openapi_core.datatypes import RequestParameters

with_path = [each for each in OPERATIONS if each.placed("path")]
with_body = [each for each in OPERATIONS if each.body]


@cache
def core() -> OpenAPI:
    # Imported by the processes that run these tests, not by all that list them.
    from openapi_core import Config, OpenAPI

    # To look at all of ours takes as long as these tests, of a large one minutes.
    if not OTHER:
        kept([installed(), repr(DOCUMENT).encode()], check_document)
    unread: Any = None
    return OpenAPI.from_dict(DOCUMENT, config=Config(spec_validator_cls=unread))


def check_document() -> None:
    """Raise an error where the document is none, as openapi-spec-validator sees it."""
    from openapi_spec_validator import validate

    validate(DOCUMENT)


@dataclass
class CoreRequest:
    """One of our requests as openapi-core wants to see it."""

    method: str
    path: str
    body: bytes | None
    content_type: str
    parameters: RequestParameters
    host_url: str = "http://127.0.0.1"

    @classmethod
    def of(cls, request: Any) -> CoreRequest:
        from openapi_core.datatypes import RequestParameters

        has_body = request.json is not UNSET
        return cls(
            method=request.method.lower(),
            path=request.path,
            body=json.dumps(request.json).encode() if has_body else None,
            content_type="application/json" if has_body else "",
            parameters=RequestParameters(
                query=ImmutableMultiDict(request.query),
                header=Headers({**request.headers, "Authorization": "Bearer x"}),
            ),
        )


@for_each(OPERATIONS)
def test_requests_are_valid(operation: Operation) -> None:
    for call in some(drawn(calls, operation, number=6)):
        module = operation.module
        request = module.build_request(*call.ids, **call.keywords())
        core().validate_request(CoreRequest.of(request))
        assert request.method == operation.method
        assert _ids_in(request.path, operation) == call.ids
        assert request.query == call.sent_query()
        if call.has_body:
            assert same(request.json, call.body)
        else:
            # Servers parse the body that a request may have.
            assert request.json == ({} if operation.body else UNSET)


@for_each(OPERATIONS)
def test_models_and_dicts_send_the_same(operation: Operation) -> None:
    for call in some(drawn(calls, operation, number=6)):
        build = operation.module.build_request
        forms = [
            build(*call.ids, **call.keywords(form)) for form in ("dict", "read", "made")
        ]
        for request in some(forms[1:]):
            assert request == forms[0]
            assert same(request.json, forms[0].json)


@for_each(with_body)
def test_the_validator_can_say_no(operation: Operation) -> None:
    """Prove that openapi-core looks at the body, and at the path."""
    from openapi_core.exceptions import OpenAPIError

    call = plain_call(operation)
    request = operation.module.build_request(*call.ids, **call.keywords())
    core().validate_request(CoreRequest.of(request))
    bodies: list[Any] = [{"metadata": "none"}, {"tool_outputs": 1, "x": 1}]
    spoilt: Any
    for spoilt in [*({**request.json, **body} for body in bodies), [], None]:
        wrong = CoreRequest.of(request)
        wrong.body = json.dumps(spoilt).encode()
        with pytest.raises(OpenAPIError):
            core().validate_request(wrong)
    wrong = CoreRequest.of(request)
    wrong.path = f"/elsewhere{wrong.path}"
    with pytest.raises(OpenAPIError):
        core().validate_request(wrong)


@for_each(OPERATIONS)
def test_what_is_left_out_is_not_sent(operation: Operation) -> None:
    plain = plain_call(operation)
    keywords: dict[str, Any] = {"body": {}} if operation.body_required else {}
    request = operation.module.build_request(*plain.ids, **keywords)
    assert request.query == []
    assert request.json == ({} if operation.body else UNSET)
    unset = {each.argument: UNSET for each in operation.placed("query")}
    if operation.body and not operation.body_required:
        unset["body"] = UNSET
    assert operation.module.build_request(*plain.ids, **keywords, **unset) == request


@for_each(with_body)
def test_unset_and_null_inside_of_a_body_stay_apart(operation: Operation) -> None:
    """Send null as null, and nothing where UNSET stands in a dict or a model."""
    ids = plain_call(operation).ids
    body = {"metadata": None, "x_absent": UNSET, "x_deep": [{"x": UNSET, "y": None}]}
    request = operation.module.build_request(*ids, body=body)
    assert request.json == {"metadata": None, "x_deep": [{"y": None}]}


@for_each(with_body)
def test_models_inside_of_dicts_are_written_out(operation: Operation) -> None:
    call = plain_call(operation)
    made = call.keywords("made")["body"]
    mixed = {key: getattr(made, key) for key in call.body if hasattr(made, key)} | {
        "x_more": (made, [made])
    }
    request = operation.module.build_request(*call.ids, body=mixed)
    assert same(request.json, {**call.body, "x_more": [call.body, [call.body]]})


@for_each(with_body)
def test_arguments_stay_as_they_were(operation: Operation) -> None:
    call = plain_call(operation)
    body = copy.deepcopy(call.body)
    request = operation.module.build_request(*call.ids, body=body)
    request.json.clear()
    assert same(body, call.body)
    made = call.keywords("made")["body"]
    operation.module.build_request(*call.ids, body=made).json.clear()
    assert same(made.to_dict(), call.body)


@for_each(with_path)
def test_ids_survive_the_path(operation: Operation) -> None:
    for nasty, at in some(product(NASTY_IDS, range(len(operation.placed("path"))))):
        call = plain_call(operation)
        call.ids[at] = nasty
        request = operation.module.build_request(*call.ids, **call.keywords())
        assert re.fullmatch(r"[!-~]+", request.path)
        assert _ids_in(request.path, operation) == call.ids


@for_each(with_path)
def test_empty_ids_are_refused(operation: Operation) -> None:
    """Name the argument, since an empty id would reach another endpoint."""
    for nothing, call, ids, argument in some(_with_each_id(operation, NO_IDS)):
        with pytest.raises(ValueError, match=argument) as caught:
            operation.module.build_request(*ids, **call.keywords())
        assert repr(nothing) in str(caught.value)


@for_each(with_path)
def test_ids_that_are_absent_are_refused(operation: Operation) -> None:
    """Refuse the id of an object that a server sent without one, too."""
    for _, call, ids, argument in some(_with_each_id(operation, [None, UNSET])):
        with pytest.raises((ValueError, TypeError), match=argument):
            operation.module.build_request(*ids, **call.keywords())


@for_each(OPERATIONS)
def test_requests_are_values(operation: Operation) -> None:
    call = plain_call(operation)
    build = operation.module.build_request
    request = build(*call.ids, **call.keywords())
    assert request == build(*call.ids, **call.keywords())
    with pytest.raises(AttributeError):
        request.method = "GET"


@for_each(STREAMING)
def test_only_a_stream_asks_for_events(operation: Operation) -> None:
    call = plain_call(operation)
    body = {key: value for key, value in call.body.items() if key != "stream"}
    request = operation.module.build_request(*call.ids, body=body)
    assert "stream" not in request.json
    assert "text/event-stream" not in request.headers.values()


@for_each(STREAMING)
def test_requests_for_a_stream_are_valid_and_ask_for_it(operation: Operation) -> None:
    for call in some(drawn(calls, operation, number=6)):
        for form in ("dict", "made"):
            keywords = call.keywords(form)
            request = operation.module.build_stream_request(*call.ids, **keywords)
            core().validate_request(CoreRequest.of(request))
            plain = operation.module.build_request(*call.ids, **keywords)
            assert request.json == {**plain.json, "stream": True}
            assert request.headers["Accept"] == "text/event-stream"
            for name in ("method", "path", "query"):
                assert getattr(request, name) == getattr(plain, name)


def test_every_body_is_a_model() -> None:
    for operation in some(with_body):
        assert is_object(resolve({"$ref": f"#/components/schemas/{operation.body}"}))


def _with_each_id(
    operation: Operation, values: list[Any]
) -> Iterator[tuple[Any, Call, list[Any], str]]:
    """Put each value in each place of the path, and say which argument it is."""
    call = plain_call(operation)
    for value, (at, parameter) in product(values, enumerate(operation.placed("path"))):
        yield (
            value,
            call,
            [*call.ids[:at], value, *call.ids[at + 1 :]],
            (parameter.argument),
        )


def _ids_in(path: str, operation: Operation) -> list[str]:
    """Take the ids out of a path, and see that the rest is the documented one."""
    found, wanted = path.split("/"), operation.path.split("/")
    assert len(found) == len(wanted), path
    ids = []
    for piece, template in zip(found, wanted, strict=True):
        if template.startswith("{"):
            ids.append(unquote(piece, errors="strict"))
        else:
            assert piece == template
    return ids

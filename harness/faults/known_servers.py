"""Servers that people run, and each of their deviations by itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import evolve

from harness.faults import delivery, rewrites
from harness.faults.dialects import Dialect, both, each, listed
from harness.faults.responses import ApiResponse
from harness.faults.verdicts import ANY, LOOSE_RESULT, RESULT, Expected

if TYPE_CHECKING:
    from harness.faults.dialects import Rewrite
    from harness.faults.operations import Form
    from harness.faults.responses import ApiRequest


def _of_events(form: Form) -> Expected:
    """Return what comes of a stream that doesn't tell its end; the rest is right."""
    if not form.reads_events:
        return RESULT
    return ANY if form.waits else Expected.error("StreamInterrupted")


def _of_objects(form: Form) -> Expected:
    """Return what comes of a run in place of its events: these are made of it."""
    return RESULT


def _of_lies(form: Form) -> Expected:
    """Return what comes of responses without the status of a run."""
    return ANY if form.reads_events or form.kind == "wait" else RESULT


def _cut_events(form: Form) -> Expected:
    if form.reads_events:
        return _of_events(form)
    return Expected.error("APIConnectionError")


_DEVIATIONS: dict[str, Rewrite] = {
    "created_at as a float": rewrites.with_times(lambda at: at + 0.25),
    "created_at in milliseconds": rewrites.with_times(lambda at: at * 1000),
    "created_at as text": rewrites.with_times(lambda at: "2026-11-21T10:00:00Z"),
    "ids of 24 hex digits": rewrites.with_ids(rewrites.hex_id),
    "bare uuids": rewrites.with_ids(rewrites.bare_uuid),
    "metadata_ for metadata": each(rewrites.renamed_metadata),
    "tools null": rewrites.with_fields(tools=None),
    "messages with less": rewrites.without("incomplete_details", "completed_at"),
    "no parallel_tool_calls": rewrites.without("parallel_tool_calls"),
    "required_action {}": each(rewrites.no_action),
    "fields nobody knows": each(rewrites.more_fields),
    "nulls everywhere but where it matters": each(rewrites.nulls),
    "few fields": each(rewrites.few_fields),
    "201 for creates": rewrites.created_status,
    "201 for all": lambda request, response: evolve(response, status=201),
    "203 for all": lambda request, response: evolve(response, status=203),
    "lists only data": listed(rewrites.only_data),
    "inclusive after": listed(rewrites.inclusive),
    "after ignored": listed(rewrites.unpaged),
    "always more": listed(rewrites.always_more),
    "empty page that has more": listed(rewrites.empty_page),
    "lists without object": listed(lambda _, v: {**v, "object": None}),
    "lists with data null": listed(lambda _, v: {**v, "data": None}),
    "DELETE with a content type refused": rewrites.no_content_type,
    "CRLF": rewrites.in_frames(rewrites.crlf),
    "no done": rewrites.no_done,
    "bogus completed after requires_action": rewrites.bogus,
    "events without names": rewrites.in_frames(rewrites.unnamed),
    "events with comments and ids": rewrites.in_frames(rewrites.commented),
    "runs misnamed completed": rewrites.in_frames(rewrites.misnamed),
}
_ROWS: dict[str, Rewrite] = {
    "open-assistant-api": both(
        rewrites.with_times(lambda at: at + 0.5),
        rewrites.with_ids(rewrites.hex_id),
        each(rewrites.renamed_metadata),
        rewrites.with_fields(tools=None),
        rewrites.without("parallel_tool_calls", "incomplete_details", "completed_at"),
        each(rewrites.no_action),
        each(rewrites.more_fields),
        rewrites.bogus,
        rewrites.no_done,
        rewrites.in_frames(rewrites.crlf),
    ),
    "OpenGPTs": both(
        listed(rewrites.inclusive),
        listed(rewrites.only_data),
        rewrites.with_times(lambda at: at * 1000),
    ),
    "LumenLabs": both(
        rewrites.created_status,
        each(rewrites.few_fields),
        listed(rewrites.unpaged),
        rewrites.no_content_type,
    ),
    "openai-responses": both(rewrites.created_status, listed(rewrites.empty_page)),
    "LiteLLM": both(each(rewrites.nulls), rewrites.in_frames(rewrites.unnamed)),
}


def _is_azure(request: ApiRequest, response: ApiResponse) -> ApiResponse:
    """Refuse what lacks the version, or a token of its own for each attempt."""
    if request.query.get("api-version") != "v1":
        return ApiResponse(400, {"error": {"message": "api-version is missing"}})
    bearer, _, token = request.headers.get("authorization", "").partition(" ")
    if bearer != "Bearer" or token.rpartition("-")[2] != str(request.number):
        return ApiResponse(
            401, {"error": {"code": "401", "message": "the token is too old"}}
        )
    if request.number == 1:
        return ApiResponse(
            503, headers={"retry-after": "0"}, raw=b"", content_type=None
        )
    return response


DIALECTS = (
    *(Dialect(name, "servers", rewrite) for name, rewrite in _ROWS.items()),
    Dialect("Azure", "servers", _is_azure, azure=True),
    *(Dialect(name, "deviations", change) for name, change in _DEVIATIONS.items()),
    Dialect(
        "stream answered as JSON", "deviations", rewrites.as_json, judge=_of_objects
    ),
    Dialect(
        *("null for every field", "deviations", each(rewrites.all_null)),
        judge=_of_lies,
        ends_never=True,
    ),
    Dialect(
        *("no status", "deviations", rewrites.without("status", "content")),
        judge=_of_lies,
        ends_never=True,
    ),
    Dialect("no ids", "deviations", rewrites.without("id"), judge=_of_lies),
    Dialect(
        *("numbers as ids", "deviations"),
        rewrites.with_ids(lambda _: 7),
        judge=_of_lies,
    ),
    Dialect(
        *("items that are no objects", "deviations"),
        listed(lambda _, v: {**v, "data": [1, None, "a"]}),
        judge=lambda form: LOOSE_RESULT,
    ),
    Dialect(
        *("cut bodies", "deviations"),
        deliver=delivery.cut_chunks(b""),
        judge=_cut_events,
    ),
)

"""Deprecations, defaults, formats, named values, headers, what goes one way only."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any
from uuid import UUID

import httpx
import pytest

from codegen.plan import plan_package
from tests.cases import each_case
from tests.codegen.specs import (
    JSON,
    NUMBER,
    TEXT,
    Document,
    array,
    document,
    obj,
    operation,
    parameter,
    ref,
    taken,
)

if TYPE_CHECKING:
    from pathlib import Path

    from tests.codegen.conftest import Make

GONE: Document = {"deprecated": True}


@pytest.fixture(scope="module")
def package(make: Make) -> Any:
    version = {**TEXT, "default": "2026-01-01"}
    old = operation(
        "oldOne",
        parameter("size", schema={**NUMBER, "default": 20}),
        parameter("early", **GONE),
        parameter("X-Version", "header", version, required=True),
        parameter("lang", "path", {**TEXT, "default": "en"}),
        body={JSON: {"schema": ref("Thing")}},
        responses={
            "200": {
                "description": "Good.",
                "content": {JSON: {"schema": ref("Thing")}},
                "headers": {
                    "X-Left": {"schema": NUMBER, "description": "How many."},
                    "X-Until": {"schema": {**TEXT, "format": "date-time"}},
                    "X-Tags": {"schema": array(TEXT)},
                    "Status-Code": {"schema": TEXT},
                },
            }
        },
    )
    thing = obj(
        "id", "secret", "kind", "name",
        id={**NUMBER, "readOnly": True},
        secret={**TEXT, "writeOnly": True},
        kind={**TEXT, "default": "plain"},
        name=TEXT,
        former={**TEXT, **GONE},
        day={**TEXT, "format": "date"},
        span={**TEXT, "format": "duration"},
        key={**TEXT, "format": "uuid"},
        price={**TEXT, "format": "decimal"},
        data={**TEXT, "format": "byte"},
        mode=ref("Mode"),
    )  # fmt: skip
    mode = {
        **NUMBER,
        "enum": [0, 1, -1],
        "x-enum-varnames": ["OFF", "OFF", "half on"],
        "x-enum-descriptions": ["Not on.", "", "In between."],
    }
    relic = {**obj(a=TEXT), **GONE}
    paths = {"/{lang}/old": {"post": {**old, **GONE}}}
    schemas = {"Thing": thing, "Mode": mode, "Relic": relic}
    return make(document(paths, **schemas))


def _request(package: Any, **options: Any) -> Any:
    with pytest.warns(DeprecationWarning, match="is deprecated") as told:
        request = package.api.things.old_one.build_request(body={}, **options)
    # The one who called is told, not a line of ours.
    assert {each.filename for each in told} == {__file__}
    return request, [str(each.message) for each in told]


def test_callers_are_warned_of_what_is_deprecated(package: Any) -> None:
    assert _request(package)[1] == ["things.old_one is deprecated"]
    both = ["things.old_one is deprecated", "early of things.old_one is deprecated"]
    assert _request(package, early="x")[1] == both
    assert "Deprecated" in package.api.things.old_one.sync.__doc__
    with pytest.warns(DeprecationWarning, match="^Relic is deprecated") as told:
        package.models.Relic(a="x")
    assert told[0].filename == __file__
    with pytest.warns(DeprecationWarning, match="^former of Thing is deprecated"):
        package.models.Thing(name="a", secret="b", former="c")


def test_reading_and_silent_packages_are_not_warned(package: Any) -> None:
    package.models.Relic.from_dict({"a": "x"})
    package.models.Thing.from_dict({"former": "c"})
    package.models.Thing(name="a", secret="b")
    silent = __import__(f"{package.__name__}.deprecation", fromlist=["SILENT"]).SILENT
    silent.add(__name__)
    try:
        package.models.Relic(a="x")
    finally:
        silent.remove(__name__)


def test_the_index_marks_what_is_deprecated(package: Any, tmp_path: Path) -> None:
    from pathlib import Path as FilePath

    index = (FilePath(package.__file__).parents[1] / "API.md").read_text("utf-8")
    lines = [line for line in index.splitlines() if "deprecated" in line]
    assert len(lines) == 3
    assert any("old_one" in line for line in lines)
    assert any(line.endswith("deprecated: former") for line in lines)


def test_defaults_are_shown_and_used_where_something_is_required(package: Any) -> None:
    request, _ = _request(package)
    assert request.path == "/en/old"
    assert request.headers["X-Version"] == "2026-01-01"
    assert request.query == []
    request, _ = _request(package, x_version="x", lang="de")
    assert (request.path, request.headers["X-Version"]) == ("/de/old", "x")
    said = package.api.things.old_one.build_request.__doc__
    assert "(default: 20)" in said
    assert '(default: "2026-01-01")' in said
    made = package.models.Thing(name="a", secret="b")
    assert made.to_dict() == {"name": "a", "secret": "b", "kind": "plain"}


def test_what_goes_one_way_is_not_asked_the_other_way(package: Any) -> None:
    assert package.check({"name": "a", "kind": "b"}, "Thing") == []
    keys = package.models.ThingDict.__required_keys__
    # With annotations as text, required keys are known to type checkers alone.
    source = __import__("inspect").getsource(__import__(
        f"{package.__name__}.models.thing", fromlist=["x"]
    ))  # fmt: skip
    assert keys == frozenset()
    assert "    id: int\n" in source
    assert "secret: Required[str]" in source
    assert "id: int | Unset = ..." in source
    assert "secret: str | None\n" in source


def test_formats_have_values_of_their_type_and_lose_nothing(package: Any) -> None:
    data = {
        "day": "2026-02-28", "span": "P1DT2H0.5S", "price": "1.10", "data": "/wA=",
        "key": "0b6b8f0e-4c5e-4f0a-9c9d-0123456789ab",
    }  # fmt: skip
    thing = package.models.Thing.from_dict(data)
    assert thing.day_date == date(2026, 2, 28)
    assert thing.span_timedelta == timedelta(days=1, hours=2, seconds=0.5)
    assert str(thing.price_decimal) == "1.10"
    assert isinstance(thing.price_decimal, Decimal)
    assert thing.data_bytes == b"\xff\x00"
    assert thing.key_uuid == UUID(data["key"])
    said = type(thing).day_date.__doc__
    assert said == "Return `day` as a date, or None where it is no date."
    assert thing.to_dict() == data
    odd = dict.fromkeys(data, "P1Y?")
    thing = package.models.Thing.from_dict(odd)
    found = [thing.day_date, thing.span_timedelta, thing.price_decimal, thing.key_uuid]
    assert [*found, thing.data_bytes] == [None] * 5
    assert thing.to_dict() == odd
    made = package.models.Thing(name="a", secret="b", day=date(2026, 1, 2))
    assert made.to_dict()["day"] == "2026-01-02"


@pytest.mark.parametrize("text", ["P", "PT", "P1Y", "P1M", "1D", "P1DT", "", 5])
def test_what_is_no_duration_has_none(package: Any, text: Any) -> None:
    assert package.models.Thing.from_dict({"span": text}).span_timedelta is None


def test_values_of_enums_have_the_names_of_the_document(package: Any) -> None:
    names = package.models.ModeNames
    assert (names.OFF, names.OFF_2, names.HALF_ON) == (0, 1, -1)
    assert package.models.Thing.from_dict({"mode": names.HALF_ON}).mode == -1


def test_headers_of_responses_are_typed(package: Any) -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        headers = {"X-Left": "5", "X-Until": "2026-01-31T00:00:00Z", "X-Tags": "a, b"}
        return httpx.Response(200, json={}, headers=headers)

    with httpx.Client(transport=httpx.MockTransport(answer)) as http:
        client = package.Client(base_url="http://127.0.0.1", http_client=http)
        with pytest.warns(DeprecationWarning, match="old_one is deprecated"):
            found = package.api.things.old_one.sync_detailed(body={}, client=client)
    assert (found.x_left, found.x_tags) == (5, ["a", "b"])
    assert found.x_until == datetime(2026, 1, 31, tzinfo=UTC)
    assert (found.status_code, found.status_code_header) == (200, None)
    broken = type(found)(200, httpx.Headers({"X-Left": "many"}), b"", None)
    assert broken.x_left is None


@each_case(
    ("said", "headline", "details"),
    [
        ({"summary": "Find it", "description": "Finds it."}, "Find it.", "Finds it."),
        ({"summary": "Find it", "description": "Find it."}, "Find it.", ""),
        ({"description": "Finds it"}, "Finds it.", ""),
        ({"description": "Finds it. " * 9}, "Find by IP of user.", "Finds it. Finds"),
        ({}, "Find by IP of user.", ""),
    ],
)
def test_the_first_line_says_what_an_operation_does(
    said: Document, headline: str, details: str
) -> None:
    given = {**operation("findByIP_ofUser", schema=TEXT), **said}
    found = taken(document({"/a": {"get": given}}))
    (planned,) = plan_package(found.document, found.order).operations
    assert planned.headline == headline
    assert planned.details.startswith(details)
    assert bool(planned.details) == bool(details)

"""`explain`: what became of a place of a document, and why."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

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
    written,
)
from tests.docs.pages import all_pages

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.codegen.conftest import Answer

TIME = {**NUMBER, "format": "unixtime", "nullable": True}
IN_B = "#/paths/~1b/get/responses/200/content/application~1json/schema"


def given() -> Document:
    found = document(
        {
            "/a": {
                "parameters": [{"$ref": "#/components/parameters/P"}],
                "get": operation(
                    "getA",
                    parameter("a[b]"),
                    schema={"$ref": IN_B},
                    body={JSON: {"schema": obj(x=TEXT)}},
                    tag="Pets A",
                ),
            },
            "/b": {"get": operation("get_a", schema=obj(y=ref("C")), tag="pets-a")},
            "/c": {"get": operation("other", tag="Others")},
        },
        B=obj(clientId=TEXT, client_id=NUMBER, at=TIME),
        C={"allOf": [ref("B"), obj(z=obj(q={"type": "strng"}))]},
        U={"oneOf": [ref("B"), ref("C")]},
        Lost=array(TEXT),
    )
    found["tags"] = [{"name": "Pets A"}]
    found["components"]["parameters"] = {"P": parameter("p-q")}
    return found


@pytest.fixture
def say(run: Callable[..., Answer], tmp_path: Path) -> Callable[..., list[str]]:
    spec = written(tmp_path, given())

    def told(place: str, *options: str) -> list[str]:
        options = options or ("--skip-broken",)
        order = ["--spec", spec, "--name", "m", *options]
        answer = run("explain", place, *order)
        assert answer.code == 0, answer.err
        assert not (tmp_path / "out").exists()
        return answer.out.splitlines()

    return told


@pytest.mark.parametrize(
    ("place", "lines"),
    [
        (
            "$.components.schemas.B.properties.client_id",
            [
                "becomes the attribute client_id_2: int of m.models.B",
                "in m/models/b.py",
                ("note: $.components.schemas.B.properties.client_id is client_id_2: "
                "'clientId' needs client_id"),
            ],
        ),
        (
            "$.components.schemas.B.properties.at",
            [
                "null-types: it is changed",
                "becomes the attribute at: int | None of m.models.B",
                "becomes the property at_datetime: datetime of m.models.B",
            ],
        ),
        (
            "$.components.schemas.C.allOf[1].properties.z",
            [
                ("left out: $.components.schemas.C.allOf[1].properties.z.properties.q"
                ".type: 'strng' is no type of JSON"),
                "merge-all-of: it is $.components.schemas.C.properties.z",
                "hoist-inline: it is $.components.schemas.CZ",
                "becomes the attribute z: CZ of m.models.C",
                "becomes the class m.models.CZ",
                "in m/models/cz.py",
            ],
        ),
        (
            "$.components.schemas.U",
            ["becomes the union m.models.U = B | C | UnknownObject"],
        ),
        (
            "$.paths['/a'].get",
            ["becomes m.api.pets_a.get_a", "in m/api/pets_a/get_a.py"],
        ),
        (
            "$.paths['/b'].get",
            [
                "becomes m.api.pets_a_2.get_a",
                "note: $.paths['/b'].get.tags[0] is pets_a_2: 'Pets A' needs pets_a",
            ],
        ),
        (
            "$.paths['/a'].get.parameters[0]",
            ["becomes the argument a_b: str of m.api.pets_a.get_a"],
        ),
        (
            "$.paths['/a'].parameters[0]",
            ["becomes the argument p_q: str of m.api.pets_a.get_a"],
        ),
        (
            "$.components.parameters.P",
            ["is used by $.paths['/a'].parameters[0]"],
        ),
        (
            "$.paths['/a'].get.requestBody",
            [("becomes the argument body: GetARequest | GetARequestDict of "
             "m.api.pets_a.get_a")],
        ),
        (
            "$.paths['/b'].get.responses['200'].content..schema",
            [
                "references: it is $.components.schemas.BGetResponse",
                "becomes the class m.models.BGetResponse",
            ],
        ),
        ("$.tags[0]", ["becomes the package m.api.pets_a"]),
        ("$.info", ["becomes nothing of its own"]),
    ],
)  # fmt: skip
def test_a_place_is_followed_to_what_it_became(
    say: Callable[..., list[str]], place: str, lines: list[str]
) -> None:
    said = [line.strip() for line in say(place)]
    assert [line for line in lines if line not in said] == [], said


def test_what_the_guide_shows_is_what_is_said(
    run: Callable[..., Answer], tmp_path: Path
) -> None:
    guide = next(page for page in all_pages() if page.name == "regenerating")
    texts = [each.parsed for each in guide.examples("text")]
    (shown,) = (text for text in texts if "becomes" in text)
    found = document(Pet=obj("clientId", clientId=TEXT))
    order = ["--spec", written(tmp_path, found), "--name", "other_api"]
    place = shown.splitlines()[0]
    assert run("explain", place, *order).out == shown


def test_each_place_is_explained_and_of_many_the_first(
    say: Callable[..., list[str]],
) -> None:
    said = say("$.components.schemas[*]")
    assert [line for line in said if not line.startswith(" ")] == [
        f"$.components.schemas.{name}" for name in ("B", "C", "Lost", "U")
    ]
    assert say("$..*")[-1].startswith("... and ")


def test_what_was_not_chosen_says_so(say: Callable[..., list[str]]) -> None:
    said = say("$.components.schemas.Lost", "--skip-broken", "--tag", "Others")
    assert "not among what was chosen" in said[-1]


def test_overlays_and_what_is_left_out_are_named(
    say: Callable[..., list[str]], tmp_path: Path
) -> None:
    actions: list[Any] = [
        {"target": "$.info", "update": {}},
        {
            "target": "$.components.schemas.C.allOf[1].properties.z",
            "description": "They mean text.",
            "update": {"properties": {"q": {"type": "string"}}},
        },
    ]
    overlay = written(tmp_path, actions, "mine.json")
    said = say(
        *("$.components.schemas.C.allOf[1]", "--overlay", overlay),
        *("--skip", "$.components.schemas.B"),
    )
    assert "  mine.json: action 1 changes it. They mean text." in said
    said = say("$.components.schemas.B", "--overlay", overlay, "--skip", "$..B")
    assert any("left out: $.components.schemas.B: left out by $..B" in s for s in said)
    assert not any("becomes the class" in line for line in said)


def test_a_place_that_is_not_there_and_a_refusal_are_errors(
    run: Callable[..., Answer], tmp_path: Path
) -> None:
    order = ["--spec", written(tmp_path, given()), "--name", "m"]
    answer = run("explain", "$.components.schemas.BB", *order)
    assert (answer.code, "is $.components.schemas.B meant?" in answer.err) == (2, True)
    answer = run("explain", "$.components.schemas.B", *order)
    assert (answer.code, "'strng' is no type" in answer.err) == (2, True)

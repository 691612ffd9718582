"""Changes of classes, enums and types as a whole."""

from __future__ import annotations

import pytest

from codegen.diff import Verdict
from codegen.diff.pairs import similar
from tests.codegen.specs import (
    TEXT,
    Document,
    array,
    const,
    document,
    obj,
    operation,
    parameter,
    ref,
)
from tests.diff.rows import INTEGER, Row, body, judged, letters, report
from tests.diff.schemas import having, made, named, row

_RENAMED = obj("id", id=TEXT, pet=ref("Pet"), mood=ref("Mood"), label=ref("Tag"))
_ID = obj("id", id=TEXT)

ROWS = [
    # --- Classes ----------------------------------------------------------------------
    row(
        "closed",
        having("Cat", "additionalProperties", value=False),
        "Cat",
        "BC CM",
        "no longer allows properties that it doesn't name",
    ),
    row(
        "others typed",
        having("Cat", "additionalProperties", value=TEXT),
        "Cat",
        "BC CM",
        "a further property of `Cat` is `str` now, was `Any`",
    ),
    row(
        "open",
        having("Closed", "additionalProperties", value=True),
        "Closed",
        "CM BC",
        "`Closed` may have properties now that it doesn't name",
    ),
    row("deprecated", having("Cat", "deprecated", value=True), "Cat", "MM CC"),
    row("size", having("Cat", "minProperties", value=2), "Cat", "BC CM"),
    row(
        "renamed property",
        having("Thing", value=_RENAMED),
        "Thing",
        "BB BB",
        "`Thing.tag` is gone",
    ),
    row(
        "property spelt otherwise",
        having("Dog", "properties", value={"kind": const("dog"), "Toys": array(TEXT)}),
        "Dog",
        "BB BB",
        "`Dog.toys` is `Toys` in the data now, was `toys`",
    ),
    row(
        "class, any object",
        having("Dog", "properties", value={}),
        "Dog",
        "BB BB",
        "`Dog` is a type now, was a class",
        others={"Pet"},
    ),
    # --- Enums ------------------------------------------------------------------------
    row(
        "value",
        having("Mood", "enum", value=["glad", "sad", "mad"]),
        "Mood",
        "CM BC",
        '`Mood` may now also be `"mad"`',
    ),
    row(
        "values",
        having("Mood", "enum", value=["glad", "mad"]),
        "Mood",
        "BM BM",
        '`Mood` can no longer be `"sad"`',
    ),
    row(
        "hint",
        having("Hint", "enum", value=["two", "three"]),
        "Hint",
        "MM MM",
        '`Hint` may now also be `"three"`',
    ),
    row("no enum", having("Mood", value=TEXT), "Mood", "CM BC", "may now be anything"),
    row("default", having("Mood", "default", value="sad"), "Mood", "MM MM"),
    # --- Aliases ----------------------------------------------------------------------
    row(
        "map",
        having("Tag", "additionalProperties", value=INTEGER),
        "Tag",
        "BB BB",
        "a value of `Tag` is `int` now, was `str`",
    ),
    row("keys", having("Tag", "maxProperties", value=16), "Tag", "BC CM"),
    row("list", having("Tag", value=array(TEXT)), "Tag", "BB BB", "`list[str]` now"),
    row(
        "alias, class",
        having("Tag", value=obj(a=TEXT)),
        "Tag",
        "BB BB",
        "`Tag` is a class now, was a type",
    ),
]


@judged(ROWS)
def test_each_change_of_a_model_is_judged_right(row: Row, way: str) -> None:
    row.check(way)


def test_a_name_that_looks_like_the_old_one_is_a_renaming() -> None:
    old = made()
    new = made(named("Fish", "Fishes"))
    new["components"]["schemas"]["Dog"]["properties"]["toy_list"] = new["components"][
        "schemas"
    ]["Dog"]["properties"].pop("toys")
    assert [(c.name, c.text) for c in report(old, new).changes] == [
        ("Dog", "`Dog.toys` is called `Dog.toy_list` now"),
        ("Fishes", "`Fish` is called `Fishes` now"),
    ]


def test_who_meets_a_model_only_now_or_no_longer_has_no_code_to_break() -> None:
    def with_(sent: str, model: Document) -> Document:
        paths = {
            "/a": {"post": operation("a", body=body(sent), schema=ref("Thing"))},
            "/b": {"get": operation("b", schema=ref("Other"))},
        }
        return document(paths, Thing=model, Other=obj(a=TEXT))

    before = with_("Other", obj(a=TEXT))
    now = with_("Thing", obj("b", a=TEXT, b=TEXT))
    found = report(before, now)
    assert letters(found.changes, "Thing") == "CC"
    # Who has sent the other one is told so where it is sent.
    assert letters(found.changes, "things.a") == "B-"
    back = {c.text: (c.callers, c.readers) for c in report(now, before).changes}
    assert back["`Thing.b` is gone"] == (Verdict.COMPATIBLE, Verdict.BREAKING)
    # A name that could be imported is missed, whatever else is sent now.
    assert back["`ThingOptionalDict` is gone"] == (Verdict.BREAKING, Verdict.COMPATIBLE)


def test_a_parameter_of_a_path_is_one_of_its_operations() -> None:
    def with_(*values: str, shared: bool) -> Document:
        mood = {"parameters": [parameter("mood", schema=ref("Mood"))]}
        item = {"get": {**operation("a", schema=TEXT), **({} if shared else mood)}}
        paths = {"/a": {**item, **(mood if shared else {})}}
        return document(paths, Mood={**TEXT, "enum": [*values]})

    for was, now in (("ab", "a"), ("a", "ab")):
        shared, own = (
            report(with_(*was, shared=each), with_(*now, shared=each)).changes
            for each in (True, False)
        )
        assert [letters([each], "Mood") for each in shared] == [
            letters([each], "Mood") for each in own
        ]
        # Nobody reads it.
        assert letters(own, "Mood")[1] == "-"


def test_of_two_that_say_the_same_only_those_that_sound_alike_are_renamed() -> None:
    def with_(*names: str) -> Document:
        enum = {**TEXT, "enum": ["left", "right"]}
        paths = {"/a": {"get": operation("a", schema=TEXT)}}
        return document(paths, **dict.fromkeys(names, enum))

    found = report(with_("ClickButton", "Status"), with_("ClickButtonType", "Level"))
    assert {change.text for change in found.changes} == {
        "`ClickButton` is called `ClickButtonType` now",
        "`Status` is gone, an enum",
        "`Level` is new, an enum",
    }


def test_of_very_many_that_say_the_same_only_single_ones_are_compared(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def with_(*names: str) -> Document:
        enum = {**TEXT, "enum": ["left", "right"]}
        paths = {"/a": {"get": operation("a", schema=TEXT)}}
        single = {names[0]: {**TEXT, "enum": ["up", "down"]}}
        return document(paths, **single, **dict.fromkeys(names[1:], enum))

    def renamed() -> set[str]:
        found = report(with_("Lift", "ClickA", "MoveB"), with_("Lifts", "ClickAs"))
        return {each.text for each in found.changes if "is called" in each.text}

    lift, click = "`Lift` is called `Lifts` now", "`ClickA` is called `ClickAs` now"
    monkeypatch.setattr("codegen.diff.pairs._MOST_COMPARED", 3)
    assert renamed() == {lift, click}
    monkeypatch.setattr("codegen.diff.pairs._MOST_COMPARED", 2)
    assert renamed() == {lift}


def test_what_has_very_much_of_one_kind_takes_no_more_than_its_size(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def with_(word: str, count: int) -> Document:
        properties = {f"{word}_{number}": TEXT for number in range(count)}
        answer = {"get": operation("a", schema=ref("Thing"))}
        return document({"/a": answer}, Thing=obj(**properties))

    def either(word: str) -> Document:
        values = [f"{word}{number}" for number in range(5000)]
        answer = {"get": operation("a", schema=ref("Mood"))}
        return document({"/a": answer}, Mood={**TEXT, "enum": values})

    asked = []

    def counted(old: str, new: str) -> bool:
        asked.append((old, new))
        return similar(old, new)

    monkeypatch.setattr("codegen.diff.pairs.similar", counted)
    few = report(with_("first_name", 1), with_("first_names", 1))
    assert [c.text for c in few.changes] == [
        "`Thing.first_name_0` is called `Thing.first_names_0` now"
    ]
    assert len(asked) == 1
    # Which of so many would be which, nobody could tell.
    many = report(with_("first_name", 150), with_("first_names", 150))
    assert len(many.changes) == 300
    assert len(asked) == 1
    # Compared one with one, these would take minutes.
    assert len(report(either("a"), either("b")).changes) == 2

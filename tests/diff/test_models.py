"""Changes of models as a whole: objects, unions, enums, names."""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING, NamedTuple

from codegen.diff import Verdict
from tests.codegen.specs import (
    TEXT,
    Document,
    array,
    const,
    document,
    obj,
    operation,
    ref,
)
from tests.diff.judging import INTEGER, body, letters, report

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    Change = Callable[[Document], None]


class Row(NamedTuple):
    """A change of the schemas, and what it means for one of the classes.

    Attributes:
        title: what it is.
        change: how the schemas become others.
        name: the class that is looked at.
        there: the verdicts for callers and readers.
        back: those on the reverse change.
        words: what the text of the change has to say.
        others: what may be told of others besides.
    """

    title: str
    change: Change
    name: str
    there: str
    back: str
    words: str = ""
    others: frozenset[str] = frozenset()


def _schemas() -> Document:
    return {
        "Thing": obj("id", id=TEXT, pet=ref("Pet"), mood=ref("Mood"), tag=ref("Tag")),
        "Pet": {"oneOf": [ref("Cat"), ref("Dog")]},
        "Cat": obj("kind", kind=const("cat"), lives=INTEGER),
        "Dog": obj("kind", kind=const("dog"), toys=array(TEXT)),
        "Fish": obj("kind", kind=const("fish"), size=INTEGER),
        "Mood": {**TEXT, "enum": ["glad", "sad"]},
        "Hint": {**TEXT, "enum": ["one", "two"]},
        "Tag": {"type": "object", "additionalProperties": TEXT},
        "Closed": {**obj(a=TEXT), "additionalProperties": False},
        "Loose": {"oneOf": [obj("a", a=TEXT), obj("b", b=TEXT)]},
        # So that each is reached, whatever becomes of the others.
        "Keep": obj(
            *("cat", "dog"),
            cat=ref("Cat"),
            dog=ref("Dog"),
            fish=ref("Fish"),
            hint={"anyOf": [TEXT, ref("Hint")]},
            closed=ref("Closed"),
            loose=ref("Loose"),
            tag=ref("Tag"),
        ),
    }


def made(change: Change | None = None) -> Document:
    """Give the document with its schemas changed."""
    schemas = copy.deepcopy(_schemas())
    if change is not None:
        change(schemas)
    paths = {
        f"/{name}": {"put": operation(f"put{name}", body=body(name), schema=ref(name))}
        for name in ("Thing", "Keep")
    }
    return document(paths, **schemas)


def _with(*steps: str, value: object) -> Change:
    """Put a value into the schemas."""

    def change(schemas: Document) -> None:
        for step in steps[:-1]:
            schemas = schemas[step]
        schemas[steps[-1]] = value

    return change


def _named(old: str, new: str) -> Change:
    """Give a schema another name, wherever it is used."""

    def change(schemas: Document) -> None:
        def renamed(value: object) -> object:
            if isinstance(value, list):
                return [renamed(item) for item in value]
            if not isinstance(value, dict):
                return value
            if value == ref(old):
                return ref(new)
            return {key: renamed(child) for key, child in value.items()}

        found = {name: renamed(schema) for name, schema in schemas.items()}
        schemas.clear()
        schemas.update({new if n == old else n: s for n, s in found.items()})

    return change


def _both(*changes: Change) -> Change:
    def change(schemas: Document) -> None:
        for one in changes:
            one(schemas)

    return change


_PETS = [ref("Cat"), ref("Dog")]
_RENAMED = obj("id", id=TEXT, pet=ref("Pet"), mood=ref("Mood"), label=ref("Tag"))
_ID = obj("id", id=TEXT)

ROWS = [
    # --- Classes ----------------------------------------------------------------------
    Row(
        "closed",
        _with("Cat", "additionalProperties", value=False),
        "Cat",
        "BC",
        "CM",
        "takes no properties any more that it doesn't name",
    ),
    Row(
        "others typed",
        _with("Cat", "additionalProperties", value=TEXT),
        "Cat",
        "BC",
        "CM",
        "a further property of `Cat` is `str` now, was `Any`",
    ),
    Row(
        "open",
        _with("Closed", "additionalProperties", value=True),
        "Closed",
        "CM",
        "BC",
        "`Closed` may have properties now that it doesn't name",
    ),
    Row("deprecated", _with("Cat", "deprecated", value=True), "Cat", "MM", "CC"),
    Row("size", _with("Cat", "minProperties", value=2), "Cat", "BC", "CM"),
    Row(
        "renamed property",
        _with("Thing", value=_RENAMED),
        "Thing",
        "BB",
        "BB",
        "`Thing.tag` is gone",
    ),
    Row(
        "class, any object",
        _with("Dog", "properties", value={}),
        "Dog",
        "BB",
        "BB",
        "`Dog` is a type now, was a class",
        frozenset({"Pet"}),
    ),
    # --- Enums ------------------------------------------------------------------------
    Row(
        "value",
        _with("Mood", "enum", value=["glad", "sad", "mad"]),
        "Mood",
        "CM",
        "BC",
        '`Mood` may now also be `"mad"`',
    ),
    Row(
        "values",
        _with("Mood", "enum", value=["glad", "mad"]),
        "Mood",
        "BM",
        "BM",
        '`Mood` can no longer be `"sad"`',
    ),
    Row(
        "hint",
        _with("Hint", "enum", value=["two", "three"]),
        "Hint",
        "MM",
        "MM",
        '`Hint` may now also be `"three"`',
    ),
    Row(
        "no enum", _with("Mood", value=TEXT), "Mood", "CM", "BC", "may now be anything"
    ),
    Row("default", _with("Mood", "default", value="sad"), "Mood", "MM", "MM"),
    # --- Aliases ----------------------------------------------------------------------
    Row(
        "map",
        _with("Tag", "additionalProperties", value=INTEGER),
        "Tag",
        "BB",
        "BB",
        "a value of `Tag` is `int` now, was `str`",
    ),
    Row("keys", _with("Tag", "maxProperties", value=16), "Tag", "BC", "CM"),
    Row("list", _with("Tag", value=array(TEXT)), "Tag", "BB", "BB", "`list[str]` now"),
    Row(
        "alias, class",
        _with("Tag", value=obj(a=TEXT)),
        "Tag",
        "BB",
        "BB",
        "`Tag` is a class now, was a type",
    ),
    # --- Unions -----------------------------------------------------------------------
    Row(
        "variant",
        _with("Pet", "oneOf", value=[*_PETS, ref("Fish")]),
        "Pet",
        "CM",
        "BC",
        "`Pet` may now also be `Fish`",
    ),
    Row(
        "one for another",
        _with("Pet", "oneOf", value=[ref("Cat"), ref("Fish")]),
        "Pet",
        "BM",
        "BM",
        "`Pet` can no longer be `Dog`",
    ),
    Row(
        "text too",
        _with("Pet", "oneOf", value=[*_PETS, TEXT]),
        "Pet",
        "CB",
        "BC",
        "`Pet` may now also be `str`",
    ),
    Row(
        "told apart",
        _with("Dog", "properties", "kind", value=TEXT),
        "Pet",
        "MB",
        "CC",
        "nothing tells the variants of `Pet` apart any more",
        frozenset({"Dog"}),
    ),
    Row(
        "another value",
        _with("Dog", "properties", "kind", value=const("hound")),
        "Dog",
        "BB",
        "BB",
        '`Dog.kind` is now `"hound"`',
        frozenset({"Pet"}),
    ),
    Row(
        "told apart by another",
        _both(
            _with("Cat", "properties", "type", value=const("c")),
            _with("Dog", "properties", "type", value=const("d")),
            _with("Cat", "required", value=["type"]),
            _with("Dog", "required", value=["type"]),
        ),
        "Pet",
        "MM",
        "MM",
        'are told apart by `"type"` now, was `"kind"`',
        frozenset({"Cat", "Dog"}),
    ),
    Row(
        "union, class",
        _with("Pet", value=obj(a=TEXT)),
        "Pet",
        "BB",
        "BB",
        "`Pet` is a class now, was a union",
    ),
    # --- Names ------------------------------------------------------------------------
    Row(
        "renamed class",
        _named("Cat", "Feline"),
        "Feline",
        "BB",
        "--",
        "`Cat` is called `Feline` now",
    ),
    Row(
        "renamed enum",
        _named("Mood", "Humour"),
        "Humour",
        "BB",
        "--",
        "`Mood` is called `Humour` now",
    ),
    Row(
        "renamed union",
        _named("Pet", "Animal"),
        "Animal",
        "BB",
        "--",
        "`Pet` is called `Animal` now",
    ),
    Row(
        "the same class",
        _named("Cat", "cat"),
        "Cat",
        "MM",
        "MM",
        "the schema of `Cat` is called `cat` now, was `Cat`",
    ),
    Row(
        "a new class",
        _with("Keep", "properties", "new", value=_ID),
        "KeepNew",
        "CC",
        "BB",
        "`KeepNew` is new, a class",
        frozenset({"Keep"}),
    ),
]


def _misjudged(row: Row) -> Iterator[str]:
    old, new = made(), made(row.change)
    there, back = report(old, new), report(new, old)
    for way, found, due in (("there", there, row.there), ("back", back, row.back)):
        got = letters(found, row.name)
        if got != due:
            told = [(c.name, c.text) for c in found.changes]
            yield f"{row.title}, {way}: due {due}, got {got}: {told}"
    texts = [change.text for change in there.changes if change.name == row.name]
    if not any(row.words in text for text in texts):
        yield f"{row.title}: {row.words!r} isn't said: {texts}"
    if not {change.name for change in there.changes} <= {row.name, *row.others}:
        yield f"{row.title}: {[(c.name, c.text) for c in there.changes]}"


def test_each_change_of_a_model_is_judged_right_and_so_is_its_reverse() -> None:
    assert "\n".join(line for row in ROWS for line in _misjudged(row)) == ""


def test_a_name_that_looks_like_the_old_one_is_a_renaming() -> None:
    old = made()
    new = made(_named("Fish", "Fishes"))
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
    assert letters(found, "Thing") == "CC"
    # Who has sent the other one is told so where it is sent.
    assert letters(found, "things.a") == "B-"
    back = {c.text: (c.callers, c.readers) for c in report(now, before).changes}
    assert back["`Thing.b` is gone"] == (Verdict.COMPATIBLE, Verdict.BREAKING)
    # A name that could be imported is missed, whatever else is sent now.
    assert back["`ThingOptionalDict` is gone"] == (
        Verdict.BREAKING,
        Verdict.COMPATIBLE,
    )


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


def test_nested_unions_are_judged_where_a_variant_came() -> None:
    def with_(*members: str) -> Document:
        return document(
            {"/e": {"get": operation("e", schema=ref("Event"))}},
            Event={"oneOf": [ref("RunEvent"), ref("Done")]},
            RunEvent={"oneOf": [ref(name) for name in members]},
            Done=obj("event", event=const("done")),
            Made=obj("event", event=const("made")),
            Ended=obj("event", event=const("ended")),
            Paused=obj("event", event=const("paused")),
        )

    found = report(with_("Made", "Ended"), with_("Made", "Ended", "Paused"))
    assert {(c.name, letters(found, c.name), c.text) for c in found.changes} == {
        ("Event", "-C", "`Event` may be `RunEvent`, which changed"),
        ("RunEvent", "-M", "`RunEvent` may now also be `Paused`"),
    }

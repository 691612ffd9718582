"""Changes of unions, and of the names of models."""

from __future__ import annotations

from tests.codegen.specs import TEXT, Document, const, document, obj, operation, ref
from tests.diff.rows import Row, judged, letters, report
from tests.diff.schemas import having, named, row, together

_PETS = [ref("Cat"), ref("Dog")]
_ID = obj("id", id=TEXT)

ROWS = [
    # --- Unions -----------------------------------------------------------------------
    row(
        "variant",
        having("Pet", "oneOf", value=[*_PETS, ref("Fish")]),
        "Pet",
        "CM BC",
        "`Pet` may now also be `Fish`",
    ),
    row(
        "one for another",
        having("Pet", "oneOf", value=[ref("Cat"), ref("Fish")]),
        "Pet",
        "BM BM",
        "`Pet` can no longer be `Dog`",
    ),
    row(
        "text too",
        having("Pet", "oneOf", value=[*_PETS, TEXT]),
        "Pet",
        "CB BC",
        "`Pet` may now also be `str`",
    ),
    row(
        "told apart",
        having("Dog", "properties", "kind", value=TEXT),
        "Pet",
        "MB CC",
        "nothing distinguishes the variants of `Pet` any more",
        others={"Dog"},
    ),
    row(
        "another value",
        having("Dog", "properties", "kind", value=const("hound")),
        "Dog",
        "BB BB",
        '`Dog.kind` is now `"hound"`',
        others={"Pet"},
    ),
    row(
        "told apart by another",
        together(
            having("Cat", "properties", "type", value=const("c")),
            having("Dog", "properties", "type", value=const("d")),
            having("Cat", "required", value=["type"]),
            having("Dog", "required", value=["type"]),
        ),
        "Pet",
        "MM MM",
        'are distinguished by `"type"` now, was `"kind"`',
        others={"Cat", "Dog"},
    ),
    row(
        "union, class",
        having("Pet", value=obj(a=TEXT)),
        "Pet",
        "BB BB",
        "`Pet` is a class now, was a union",
    ),
    # --- Names ------------------------------------------------------------------------
    row(
        "renamed class",
        named("Cat", "Feline"),
        "Feline",
        "BB --",
        "`Cat` is called `Feline` now",
    ),
    row(
        "renamed enum",
        named("Mood", "Humour"),
        "Humour",
        "BB --",
        "`Mood` is called `Humour` now",
    ),
    row(
        "renamed union",
        named("Pet", "Animal"),
        "Animal",
        "BB --",
        "`Pet` is called `Animal` now",
    ),
    row(
        "the same class",
        named("Cat", "cat"),
        "Cat",
        "MM MM",
        "the schema of `Cat` is called `cat` now, was `Cat`",
    ),
    row(
        "a new class",
        having("Keep", "properties", "new", value=_ID),
        "KeepNew",
        "CC BB",
        "`KeepNew` is new, a class",
        others={"Keep"},
    ),
]


@judged(ROWS)
def test_each_change_of_a_union_or_name_is_judged_right(row: Row, way: str) -> None:
    row.check(way)


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
    assert {
        (c.name, letters(found.changes, c.name), c.text) for c in found.changes
    } == {
        ("Event", "-C", "`Event` may be `RunEvent`, which changed"),
        ("RunEvent", "-M", "`RunEvent` may now also be `Paused`"),
    }

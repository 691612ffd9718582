"""Small changes of a property, each with the right verdicts in both directions."""

from __future__ import annotations

from typing import Any, NamedTuple

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
from tests.diff.rows import INTEGER, NULL, Row, body, judged


class P(NamedTuple):
    """A property of a model, or its absence where there is no schema."""

    schema: Any = None
    required: bool = False


def row(
    title: str, old: P, new: P, due: str, words: str = "", words_back: str = ""
) -> Row:
    """Return a change of a property, with its verdicts there and back.

    It is that of a model that is sent, of one that is read, and of one that is both.
    """
    pets = "$ref" in repr((old, new))
    there, back = due.split()
    verdicts = {
        "Sent": (f"{there[0]}-", f"{back[0]}-"),
        "Got": (f"-{there[1]}", f"-{back[1]}"),
        "Both": (there, back),
    }
    return Row(
        *(title, _things(old, with_pets=pets), _things(new, with_pets=pets), verdicts),
        *((words, words_back), "Both", frozenset(verdicts), frozenset(verdicts)),
    )


def _things(property_: P, *, with_pets: bool) -> Document:
    """Return a document with models that have a property besides their id.

    Args:
        property_: the property.
        with_pets: whether there are other models that it may refer to.
    """
    required = ["id", "it"] if property_.required else ["id"]
    more = {} if property_.schema is None else {"it": property_.schema}
    model = obj(*required, id=TEXT, **more)
    put = operation("putThing", body=body("Both"), schema=ref("Both"))
    post = operation("makeThing", body=body("Sent"), schema=ref("Got"))
    paths = {"/things": {"post": post, "put": put}}
    schemas = {"Sent": model, "Got": model, "Both": model}
    if with_pets:
        # So that these are always reached, in both directions.
        zoo = operation("putZoo", body=body("Zoo"), schema=ref("Zoo"))
        paths["/zoo"] = {"put": zoo}
        schemas |= {
            "Cat": obj("kind", kind=const("cat"), lives=INTEGER),
            "Dog": obj("kind", kind=const("dog"), toys=TEXT),
            "Pet": {"oneOf": [ref("Cat"), ref("Dog")]},
            "Mood": {**TEXT, "enum": ["glad", "sad"]},
            "Word": TEXT,
            "Zoo": obj(pet=ref("Pet"), mood=ref("Mood"), word=ref("Word")),
        }
    return document(paths, **schemas)


def _either(*schemas: object) -> P:
    return P({"anyOf": list(schemas)})


def _map(values: object) -> P:
    return P({"type": "object", "additionalProperties": values})


ROWS = [
    # --- Whether it is there ----------------------------------------------------------
    row("optional", P(), P(TEXT), "CC BB", "`Both.it` is new", "is gone"),
    row("required", P(), P(TEXT, True), "BC BB", "new and required", "is gone"),
    row(
        "required now",
        P(TEXT),
        P(TEXT, True),
        "BC CB",
        "`Both.it` became required",
        "became optional, and may be `None`",
    ),
    # --- Null ------------------------------------------------------------------------
    row(
        "null",
        P(TEXT),
        _either(TEXT, NULL),
        "CB BC",
        "`Both.it` may now be `None`",
        "is never `None` any more",
    ),
    row("null of a class", P(ref("Cat")), _either(ref("Cat"), NULL), "CB BC"),
    row(
        "null and another type",
        P(TEXT),
        _either(INTEGER, NULL),
        "BB BB",
        "is `int | None` now, was `str`",
        "is `str` now, was `int | None`",
    ),
    row("null and wider", P(TEXT), _either(TEXT, INTEGER, NULL), "CB BC"),
    row("null, narrower", _either(TEXT, INTEGER), _either(TEXT, NULL), "BB BB"),
    # --- Types -----------------------------------------------------------------------
    row("text, number", P(TEXT), P(INTEGER), "BB BB", "is `int` now, was `str`"),
    row("integer, number", P(INTEGER), P({"type": "number"}), "CB BC"),
    row("text, any", P(TEXT), P({}), "CB BC", "is `Any` now", "was `Any`"),
    row("class, any", P(ref("Cat")), P({}), "CB BC"),
    row("another kind beside", P(TEXT), _either(TEXT, INTEGER), "CB BC"),
    row("bytes", P(TEXT), P({**TEXT, "format": "binary"}), "BB BB"),
    row("one or many", P(TEXT), _either(TEXT, array(TEXT)), "CB BC"),
    row("items", P(array(TEXT)), P(array(INTEGER)), "BB BB", "an item of"),
    # A list of one type is none of a wider one, whatever fits into it.
    row("null items", P(array(TEXT)), P(array({**TEXT, "nullable": True})), "MB BM"),
    row("wider items", P(array(INTEGER)), P(array({"type": "number"})), "MB BM"),
    row("wider values", _map(TEXT), _map(_either(TEXT, INTEGER).schema), "MB BM"),
    row("constant items", P(array(const("a"))), P(array(TEXT)), "MB BM"),
    row(
        "one list of two", _either(array(TEXT), array(INTEGER)), P(array(TEXT)), "BC CB"
    ),
    row(
        "the other list",
        _either(array(TEXT), array(INTEGER)),
        P(array(INTEGER)),
        "BC CB",
    ),
    row(
        "one map of two",
        _either(_map(TEXT).schema, _map(INTEGER).schema),
        _map(INTEGER),
        "BC CB",
    ),
    row("lists, any list", _either(array(TEXT), array({})), P(array({})), "CC CC"),
    row("list, map", P(array(TEXT)), _map(TEXT), "BB BB"),
    row("map", _map(TEXT), _map(INTEGER), "BB BB", "a value of `Both.it`"),
    row("map of any", _map(TEXT), _map({}), "CB BC"),
    row("another class", P(ref("Cat")), P(ref("Dog")), "BB BB"),
    row("class, union with it", P(ref("Cat")), P(ref("Pet")), "CB BC"),
    row("class, text", P(ref("Cat")), P(TEXT), "BB BB"),
    row("class, text too", P(ref("Cat")), _either(ref("Cat"), TEXT), "CB BC"),
    row("class, map", P(ref("Cat")), _map({}), "BB BB"),
    # --- The same, written otherwise --------------------------------------------------
    row(
        "a name for it",
        P(TEXT),
        P(ref("Word")),
        "CC CC",
        "is written `Word`, was `str`, which means the same",
        "is written `str`",
    ),
    row(
        "its name twice", _either(TEXT, INTEGER), _either(ref("Word"), INTEGER), "CC CC"
    ),
    row("a limit that is none", P(TEXT), P({**TEXT, "minLength": 0}), "-- --"),
    row(
        "a flag that is none",
        P(array({})),
        P({**array({}), "uniqueItems": False}),
        "-- --",
    ),
    # --- Values ----------------------------------------------------------------------
    row(
        "value",
        P({"type": "integer", "enum": [1, 2]}),
        P({"type": "integer", "enum": [1, 2, 3]}),
        "CM BC",
        "`Both.it` may now also be `3`",
        "can no longer be `3`",
    ),
    row(
        "other value",
        P({"type": "integer", "enum": [1]}),
        P({"type": "integer", "enum": [2]}),
        "BM BM",
    ),
    row("enum, open", P(ref("Mood")), P(TEXT), "CM BC", "may now be anything", "only"),
    row("enum, null", P(ref("Mood")), _either(ref("Mood"), NULL), "CB BC"),
    row(
        "constant",
        P(const("a")),
        P(const("b")),
        "BB BB",
        'is now `"b"`, was `"a"`',
        'is now `"a"`',
    ),
    row("constant, type", P(const("a")), P({"type": "integer", "const": 1}), "BB BB"),
    row("constant, text", P(const("a")), P(TEXT), "CB BC"),
    row(
        "constant that a call needn't give",
        P(const("a"), True),
        P(TEXT, True),
        "BB BC",
        "must be given, since it is constant no longer",
        "is now only",
    ),
    row("constant, enum", P(const("glad")), P(ref("Mood")), "CB BC"),
    row(
        "open",
        P({"const": 1}),
        P({"enum": [1]}),
        "CB CC",
        "is now open: `1` or something else",
        "is now always `1`",
    ),
    row("true", P({"type": "boolean"}), P({"type": "boolean", "const": True}), "BC CB"),
    row(
        "true of an enum",
        P({"type": "boolean", "enum": [True]}),
        P({"type": "boolean"}),
        "CB BC",
    ),
    row(
        "both of an enum",
        P({"type": "boolean", "enum": [True, False]}),
        P({"type": "boolean"}),
        "CC CC",
    ),
    row(
        "hints",
        _either(INTEGER, {**INTEGER, "enum": [1, 2]}),
        _either(INTEGER, {**INTEGER, "enum": [1, 2, 3]}),
        "CM MC",
        "has `3` among its values now",
        "has `3` no longer among its values",
    ),
    row(
        "one constant of two",
        _either({"const": 1}, {"const": 2}),
        P({"const": 1}),
        "BC CB",
        "can no longer be `2`",
        "may now also be `2`",
    ),
    # --- Formats ---------------------------------------------------------------------
    row(
        "time",
        P(TEXT),
        P({**TEXT, "format": "date-time"}),
        "MC CB",
        "`Both.it_datetime` is new",
        "`Both.it_datetime` is gone",
    ),
    row(
        "unixtime, null",
        _either(INTEGER, NULL),
        _either({**INTEGER, "format": "unixtime"}, NULL),
        "MC CB",
    ),
    row(
        "time of another kind",
        P({**TEXT, "format": "date-time"}),
        P({**INTEGER, "format": "unixtime"}),
        "BB BB",
    ),
    row("format", P(TEXT), P({**TEXT, "format": "uri"}), "MC CM"),
    row(
        "other format",
        P({**TEXT, "format": "uri"}),
        P({**TEXT, "format": "email"}),
        "MM MM",
    ),
    # --- Limits ----------------------------------------------------------------------
    row(
        "shorter",
        P({**TEXT, "maxLength": 512}),
        P({**TEXT, "maxLength": 256}),
        "BC CM",
        "must be at most `256` characters long now, was `512`",
        "512",
    ),
    row("a limit", P(TEXT), P({**TEXT, "maxLength": 256}), "BC CM"),
    row("at least", P({**TEXT, "minLength": 1}), P({**TEXT, "minLength": 2}), "BC CM"),
    row("least", P({**INTEGER, "minimum": 1}), P({**INTEGER, "minimum": 2}), "BC CM"),
    row(
        "bound itself",
        P({**INTEGER, "minimum": 1}),
        P({**INTEGER, "exclusiveMinimum": 1}),
        "BC CM",
    ),
    row(
        "greatest",
        P({**INTEGER, "maximum": 100}),
        P({**INTEGER, "maximum": 20}),
        "BC CM",
        "must be at most `20` now, was `100`",
        "`100`",
    ),
    row(
        "at most items",
        P({**array({}), "maxItems": 9}),
        P({**array({}), "maxItems": 5}),
        "BC CM",
    ),
    row("least items", P(array({})), P({**array({}), "minItems": 1}), "BC CM"),
    row("unique", P(array({})), P({**array({}), "uniqueItems": True}), "BC CM"),
    row("pattern", P(TEXT), P({**TEXT, "pattern": "^a"}), "BC CM"),
    row(
        "other pattern",
        P({**TEXT, "pattern": "^a"}),
        P({**TEXT, "pattern": "^b"}),
        "BM BM",
    ),
    row("multiple", P(INTEGER), P({**INTEGER, "multipleOf": 5}), "BC CM"),
    row("keys", _map(TEXT), P({**_map(TEXT).schema, "maxProperties": 16}), "BC CM"),
    row("limit of items", P(array(TEXT)), P(array({**TEXT, "maxLength": 9})), "BC CM"),
    # --- Notes -----------------------------------------------------------------------
    row(
        "default",
        P({**INTEGER, "default": 20}),
        P({**INTEGER, "default": 10}),
        "MM MM",
        "the default of `Both.it` is `10` now, was `20`",
    ),
    row(
        "a default",
        P(INTEGER),
        P({**INTEGER, "default": 20}),
        "MM MM",
        "has the default `20` now",
        "has no default any more",
    ),
    row("true is not 1", P({"default": 1}), P({"default": True}), "MM MM"),
    row(
        "deprecated",
        P(TEXT),
        P({**TEXT, "deprecated": True}),
        "MM CC",
        "is deprecated now",
        "is no longer deprecated",
    ),
    row("read-only", P(TEXT), P({**TEXT, "readOnly": True}), "MM CC"),
    row("write-only", P(ref("Cat")), P({**ref("Cat"), "writeOnly": True}), "MM CC"),
    # --- Values beside any other ------------------------------------------------------
    row("two at once", P(INTEGER), P({"type": "number", "default": 1}, True), "BB BB"),
]


@judged(ROWS)
def test_each_change_of_a_property_is_judged_right(row: Row, way: str) -> None:
    row.check(way)

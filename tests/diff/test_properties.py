"""Small changes of a property, each with the right verdicts in both directions."""

from __future__ import annotations

from tests.codegen.specs import TEXT, array, const, ref
from tests.diff.judging import INTEGER, NULL, Property, Row, misjudged

P = Property


def _either(*schemas: object) -> Property:
    return P({"anyOf": list(schemas)})


def _map(values: object) -> Property:
    return P({"type": "object", "additionalProperties": values})


ROWS = [
    # --- Whether it is there ----------------------------------------------------------
    Row("optional", P(), P(TEXT), "CC", "BB", ("`Both.it` is new", "is gone")),
    Row("required", P(), P(TEXT, True), "BC", "BB", ("new and required", "is gone")),
    Row(
        "required now",
        P(TEXT),
        P(TEXT, True),
        "BC",
        "CB",
        ("`Both.it` became required", "became optional, and may be `UNSET`"),
    ),
    # --- Null ------------------------------------------------------------------------
    Row(
        "null",
        P(TEXT),
        _either(TEXT, NULL),
        "CB",
        "BC",
        ("`Both.it` may now be `None`", "is never `None` any more"),
    ),
    Row("null of a class", P(ref("Cat")), _either(ref("Cat"), NULL), "CB", "BC"),
    Row(
        "null and another type",
        P(TEXT),
        _either(INTEGER, NULL),
        "BB",
        "BB",
        ("is `int | None` now, was `str`", "is `str` now, was `int | None`"),
    ),
    Row("null and wider", P(TEXT), _either(TEXT, INTEGER, NULL), "CB", "BC"),
    Row("null, narrower", _either(TEXT, INTEGER), _either(TEXT, NULL), "BB", "BB"),
    # --- Types -----------------------------------------------------------------------
    Row(
        "text, number", P(TEXT), P(INTEGER), "BB", "BB", ("is `int` now, was `str`", "")
    ),
    Row("integer, number", P(INTEGER), P({"type": "number"}), "CB", "BC"),
    Row("text, any", P(TEXT), P({}), "CB", "BC", ("is `Any` now", "was `Any`")),
    Row("class, any", P(ref("Cat")), P({}), "CB", "BC"),
    Row("another kind beside", P(TEXT), _either(TEXT, INTEGER), "CB", "BC"),
    Row("bytes", P(TEXT), P({**TEXT, "format": "binary"}), "BB", "BB"),
    Row("one or many", P(TEXT), _either(TEXT, array(TEXT)), "CB", "BC"),
    Row("items", P(array(TEXT)), P(array(INTEGER)), "BB", "BB", ("an item of", "")),
    # A list of one type is none of a wider one, whatever fits into it.
    Row("null items", P(array(TEXT)), P(array({**TEXT, "nullable": True})), "MB", "BM"),
    Row("wider items", P(array(INTEGER)), P(array({"type": "number"})), "MB", "BM"),
    Row("wider values", _map(TEXT), _map(_either(TEXT, INTEGER).schema), "MB", "BM"),
    Row("constant items", P(array(const("a"))), P(array(TEXT)), "MB", "BM"),
    Row(
        "one list of two",
        _either(array(TEXT), array(INTEGER)),
        P(array(TEXT)),
        "BC",
        "CB",
    ),
    Row(
        "the other list",
        _either(array(TEXT), array(INTEGER)),
        P(array(INTEGER)),
        "BC",
        "CB",
    ),
    Row(
        "one map of two",
        _either(_map(TEXT).schema, _map(INTEGER).schema),
        _map(INTEGER),
        "BC",
        "CB",
    ),
    Row("lists, any list", _either(array(TEXT), array({})), P(array({})), "CC", "CC"),
    Row("list, map", P(array(TEXT)), _map(TEXT), "BB", "BB"),
    Row("map", _map(TEXT), _map(INTEGER), "BB", "BB", ("a value of `Both.it`", "")),
    Row("map of any", _map(TEXT), _map({}), "CB", "BC"),
    Row("another class", P(ref("Cat")), P(ref("Dog")), "BB", "BB"),
    Row("class, union with it", P(ref("Cat")), P(ref("Pet")), "CB", "BC"),
    Row("class, text", P(ref("Cat")), P(TEXT), "BB", "BB"),
    Row("class, text too", P(ref("Cat")), _either(ref("Cat"), TEXT), "CB", "BC"),
    Row("class, map", P(ref("Cat")), _map({}), "BB", "BB"),
    # --- The same, written otherwise --------------------------------------------------
    Row(
        "a name for it",
        P(TEXT),
        P(ref("Word")),
        "CC",
        "CC",
        ("is written `Word`, was `str`, which means the same", "is written `str`"),
    ),
    Row(
        "its name twice",
        _either(TEXT, INTEGER),
        _either(ref("Word"), INTEGER),
        "CC",
        "CC",
    ),
    Row("a limit that is none", P(TEXT), P({**TEXT, "minLength": 0}), "CC", "CC"),
    Row(
        "a flag that is none",
        P(array({})),
        P({**array({}), "uniqueItems": False}),
        "CC",
        "CC",
    ),
    # --- Values ----------------------------------------------------------------------
    Row(
        "value",
        P({"type": "integer", "enum": [1, 2]}),
        P({"type": "integer", "enum": [1, 2, 3]}),
        "CM",
        "BC",
        ("`Both.it` may now also be `3`", "can no longer be `3`"),
    ),
    Row(
        "other value",
        P({"type": "integer", "enum": [1]}),
        P({"type": "integer", "enum": [2]}),
        "BM",
        "BM",
    ),
    Row(
        "enum, open",
        P(ref("Mood")),
        P(TEXT),
        "CM",
        "BC",
        ("may now be anything", "only"),
    ),
    Row("enum, null", P(ref("Mood")), _either(ref("Mood"), NULL), "CB", "BC"),
    Row(
        "constant",
        P(const("a")),
        P(const("b")),
        "BB",
        "BB",
        ('is now `"b"`, was `"a"`', 'is now `"a"`'),
    ),
    Row(
        "constant, type", P(const("a")), P({"type": "integer", "const": 1}), "BB", "BB"
    ),
    Row("constant, text", P(const("a")), P(TEXT), "CB", "BC"),
    Row(
        "constant that a call needn't give",
        P(const("a"), True),
        P(TEXT, True),
        "BB",
        "BC",
        ("must be given, since it is constant no longer", "is now only"),
    ),
    Row("constant, enum", P(const("glad")), P(ref("Mood")), "CB", "BC"),
    Row(
        "open",
        P({"const": 1}),
        P({"enum": [1]}),
        "CB",
        "CC",
        ("is now open: `1` or something else", "is now always `1`"),
    ),
    Row(
        "true",
        P({"type": "boolean"}),
        P({"type": "boolean", "const": True}),
        "BC",
        "CB",
    ),
    Row(
        "true of an enum",
        P({"type": "boolean", "enum": [True]}),
        P({"type": "boolean"}),
        "CB",
        "BC",
    ),
    Row(
        "both of an enum",
        P({"type": "boolean", "enum": [True, False]}),
        P({"type": "boolean"}),
        "CC",
        "CC",
    ),
    # --- Formats ---------------------------------------------------------------------
    Row(
        "time",
        P(TEXT),
        P({**TEXT, "format": "date-time"}),
        "MC",
        "CB",
        ("`Both.it_datetime` is new", "`Both.it_datetime` is gone"),
    ),
    Row(
        "unixtime, null",
        _either(INTEGER, NULL),
        _either({**INTEGER, "format": "unixtime"}, NULL),
        "MC",
        "CB",
    ),
    Row(
        "time of another kind",
        P({**TEXT, "format": "date-time"}),
        P({**INTEGER, "format": "unixtime"}),
        "BB",
        "BB",
    ),
    Row("format", P(TEXT), P({**TEXT, "format": "uri"}), "MC", "CM"),
    Row(
        "other format",
        P({**TEXT, "format": "uri"}),
        P({**TEXT, "format": "email"}),
        "MM",
        "MM",
    ),
    # --- Limits ----------------------------------------------------------------------
    Row(
        "shorter",
        P({**TEXT, "maxLength": 512}),
        P({**TEXT, "maxLength": 256}),
        "BC",
        "CM",
        ("must be at most `256` characters long now, was `512`", "512"),
    ),
    Row("a limit", P(TEXT), P({**TEXT, "maxLength": 256}), "BC", "CM"),
    Row(
        "at least", P({**TEXT, "minLength": 1}), P({**TEXT, "minLength": 2}), "BC", "CM"
    ),
    Row(
        "least", P({**INTEGER, "minimum": 1}), P({**INTEGER, "minimum": 2}), "BC", "CM"
    ),
    Row(
        "bound itself",
        P({**INTEGER, "minimum": 1}),
        P({**INTEGER, "exclusiveMinimum": 1}),
        "BC",
        "CM",
    ),
    Row(
        "greatest",
        P({**INTEGER, "maximum": 100}),
        P({**INTEGER, "maximum": 20}),
        "BC",
        "CM",
        ("must be at most `20` now, was `100`", "`100`"),
    ),
    Row(
        "at most items",
        P({**array({}), "maxItems": 9}),
        P({**array({}), "maxItems": 5}),
        "BC",
        "CM",
    ),
    Row("least items", P(array({})), P({**array({}), "minItems": 1}), "BC", "CM"),
    Row("unique", P(array({})), P({**array({}), "uniqueItems": True}), "BC", "CM"),
    Row("pattern", P(TEXT), P({**TEXT, "pattern": "^a"}), "BC", "CM"),
    Row(
        "other pattern",
        P({**TEXT, "pattern": "^a"}),
        P({**TEXT, "pattern": "^b"}),
        "BM",
        "BM",
    ),
    Row("multiple", P(INTEGER), P({**INTEGER, "multipleOf": 5}), "BC", "CM"),
    Row("keys", _map(TEXT), P({**_map(TEXT).schema, "maxProperties": 16}), "BC", "CM"),
    Row(
        "limit of items", P(array(TEXT)), P(array({**TEXT, "maxLength": 9})), "BC", "CM"
    ),
    # --- Notes -----------------------------------------------------------------------
    Row(
        "default",
        P({**INTEGER, "default": 20}),
        P({**INTEGER, "default": 10}),
        "MM",
        "MM",
        ("the default of `Both.it` is `10` now, was `20`", ""),
    ),
    Row(
        "a default",
        P(INTEGER),
        P({**INTEGER, "default": 20}),
        "MM",
        "MM",
        ("has the default `20` now", "has no default any more"),
    ),
    Row("true is not 1", P({"default": 1}), P({"default": True}), "MM", "MM"),
    Row(
        "deprecated",
        P(TEXT),
        P({**TEXT, "deprecated": True}),
        "MM",
        "CC",
        ("is deprecated now", "is no longer deprecated"),
    ),
    Row("read-only", P(TEXT), P({**TEXT, "readOnly": True}), "MM", "CC"),
    Row("write-only", P(ref("Cat")), P({**ref("Cat"), "writeOnly": True}), "MM", "CC"),
    # --- Values beside any other ------------------------------------------------------
    Row(
        "two at once", P(INTEGER), P({"type": "number", "default": 1}, True), "BB", "BB"
    ),
]


def test_each_change_of_a_property_is_judged_right_and_so_is_its_reverse() -> None:
    assert len(ROWS) >= 60
    assert "\n".join(line for row in ROWS for line in misjudged(row)) == ""

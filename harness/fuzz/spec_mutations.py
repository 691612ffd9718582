"""Mutations of a document: what people get wrong, and what attackers write."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from harness.fuzz.spec_mutant import NOWHERE, TYPES, WRONG, Mutant
from tests.codegen.audit import PAYLOAD
from tests.codegen.specs import TEXT, at, ref

if TYPE_CHECKING:
    from collections.abc import Callable


def wrong_value(it: Mutant) -> None:
    """Put any value into any place."""
    it.put(it.any_place(), it.random.choice(WRONG))


def dropped(it: Mutant) -> None:
    """Leave out a key or an item."""
    it.drop(it.any_place())


def renamed(it: Mutant) -> None:
    place = it.any_place()
    if isinstance(place[-1], int):
        raise LookupError
    old = place[-1]
    near = [old.upper(), old.title(), f"{old}_", f"{old} ", f"x-{old}", old[::-1]]
    it.name(place, it.random.choice([it.odd_name(), it.text(), *near]))


def moved(it: Mutant) -> None:
    """Put what stands in one place into another, too."""
    it.put(it.any_place(), at(it.document, it.any_place()))


def swapped(it: Mutant) -> None:
    """Exchange two schemas."""
    (one, first), (two, second) = it.schema(), it.schema()
    if one[: len(two)] == two or two[: len(one)] == one:
        raise LookupError
    it.put(one, second)
    it.put(two, first)


def refers_elsewhere(it: Mutant) -> None:
    """Refer to another schema, to nothing, or out of the document."""
    place, schema = it.schema()
    target = it.random.choice(
        [*NOWHERE, *[ref(it.schema_name())["$ref"]] * len(NOWHERE)]
    )
    beside = it.random.choice(
        [{}, {}, schema, {"nullable": True}, {"title": it.text()}]
    )
    it.put(place, {**beside, "$ref": target})


def circle(it: Mutant) -> None:
    """Have a schema contain itself, or one that contains it."""
    place, schema = it.schema()
    if place[:2] != ("components", "schemas"):
        raise LookupError
    back = ref(str(place[2]))
    within: list[dict[str, Any]] = [
        back,
        {"allOf": [back, schema]},
        {"anyOf": [back, {"type": "null"}]},
        {"oneOf": [schema, back]},
        {"type": "array", "items": back},
        {"type": "object", "additionalProperties": back},
        {"type": "object", "properties": {"again": back}, "required": ["again"]},
        {**schema, "items": back},
    ]
    it.put(place, it.random.choice(within))


def enum(it: Mutant) -> None:
    """Change which values are allowed."""
    place, schema = it.schema()
    text = it.text()
    old = schema.get("enum")
    values: list[Any] = [
        *([], [None], [text], [text, text], ["a", None], [1, 2], [1, "1"], [True, 1]),
        *(
            [10**40],
            [1.5],
            [[]],
            [{}],
            ["a", "A"],
            [""],
            [it.odd_name()],
            "a",
            {"a": 1},
        ),
        *([PAYLOAD], ["a"] * 300, [*map(str, range(400))]),
        [*old, text] if isinstance(old, list) else [text, "b"],
    ]
    typed = it.random.choice(
        [{}, {"type": "string"}, {"type": it.random.choice(TYPES)}]
    )
    beside = it.random.choice([schema, typed])
    it.put(place, {**beside, "enum": it.random.choice(values)})


def const(it: Mutant) -> None:
    """Change what the one value is."""
    place, schema = it.schema()
    value = it.random.choice([it.text(), it.odd_name(), "thread", *WRONG])
    it.put(place, {**it.random.choice([schema, TEXT, {}]), "const": value})


def discriminator(it: Mutant) -> None:
    """Change by what the variants of a union are told apart."""
    place, schema = it.schema()
    names = [it.schema_name() for _ in range(3)]
    mapping = {it.odd_name(): ref(name)["$ref"] for name in names}
    values: list[Any] = [
        *({}, {"propertyName": "type"}, {"propertyName": it.odd_name()}, []),
        {"propertyName": "type", "mapping": mapping},
        {"propertyName": "object", "mapping": {"a": names[0], "b": names[1]}},
        {"propertyName": it.text(), "mapping": {it.text(): it.random.choice(NOWHERE)}},
        {"mapping": {"a": 1}},
    ]
    union = it.random.choice([{"oneOf": [ref(n) for n in names]}, schema, schema])
    it.put(place, {**union, "discriminator": it.random.choice(values)})


def required(it: Mutant) -> None:
    """Change what must be there."""
    place, schema = it.object()
    known = [*schema["properties"]]
    values: list[Any] = [
        *([], known, known[:1] * 2, [*known, it.odd_name()], [it.text()], [1], "id"),
        *(True, None, {}),
    ]
    it.put((*place, "required"), it.random.choice(values))


def nullable(it: Mutant) -> None:
    """Allow null, in one of the many ways to say so."""
    place, schema = it.schema()
    kind = schema.get("type", "string")
    ways: list[Any] = [
        *({**schema, "nullable": True}, {**schema, "nullable": False}),
        {**schema, "type": [*(kind if isinstance(kind, list) else [kind]), "null"]},
        *({"anyOf": [schema, {"type": "null"}]}, {"oneOf": [{"type": "null"}, schema]}),
        {"allOf": [schema], "nullable": True},
        *({**schema, "type": "null"}, {**schema, "type": ["null"]}),
        *({**schema, "default": None}, {**schema, "enum": [None]}),
        {"anyOf": [schema, {"type": "null"}, {"type": "null"}]},
    ]
    it.put(place, it.random.choice(ways))


def property_added(it: Mutant) -> None:
    """Add a property, its name hostile or like one that is there."""
    place, schema = it.object()
    name = it.odd_name()
    if schema["properties"] and it.random.random() < 0.3:
        near = it.random.choice([*schema["properties"]])
        changes = [near.upper(), near.replace("_", "-"), f"{near}Dict", f"_{near}"]
        name = it.random.choice([*changes, f"{near}_datetime", near.title()])
    it.put((*place, "properties", name), it.small_schema())
    if it.random.random() < 0.3:
        old = schema.get("required")
        it.put((*place, "required"), [*(old if isinstance(old, list) else []), name])


def schema_added(it: Mutant) -> None:
    """Add a named schema, and refer to it."""
    place, _ = it.schema()
    near = it.schema_name()
    like = [
        f"{near}Dict",
        f"Known{near}",
        near.upper(),
        f"{near}OptionalDict",
        near + "_",
    ]
    name = it.random.choice([it.odd_name(), it.text(), *like, "Model", "Client", "Any"])
    it.put(("components", "schemas", name), it.small_schema())
    it.put(place, ref(name))


def words(it: Mutant) -> None:
    """Put hostile text where a document has words and values."""
    key = it.random.choice(
        [
            *("description", "title", "format", "default", "pattern", "example"),
            *("x-any", "x-schema-name", "contentEncoding", "$comment", "deprecated"),
            *("examples", "$id", "$schema", "$anchor", "readOnly", "xml"),
        ]
    )
    place, schema = it.schema()
    if "$ref" in schema:
        it.put((*place, "allOf"), [{"$ref": schema["$ref"]}])
        it.drop((*place, "$ref"))
    it.put((*place, key), it.random.choice([it.text(), it.odd_name(), [it.text()]]))


def typed(it: Mutant) -> None:
    """Change the type, and leave the rest that fitted the old one."""
    place, _ = it.schema()
    kinds: list[Any] = [*TYPES, it.random.sample(TYPES, 2), it.random.sample(TYPES, 3)]
    it.put((*place, "type"), it.random.choice([*kinds, it.text(), []]))


def combined(it: Mutant) -> None:
    """Put a schema together with others."""
    place, schema = it.schema()
    other = it.small_schema()
    ways: list[dict[str, Any]] = [
        *({"allOf": [schema, other]}, {"anyOf": [schema, other]}, {"allOf": [schema]}),
        *(
            {"oneOf": [schema, other]},
            {"oneOf": [schema]},
            {"anyOf": []},
            {"allOf": []},
        ),
        *({**schema, "allOf": [other]}, {**schema, "anyOf": [other]}, {"not": schema}),
        *(
            {**schema, "oneOf": [other, {"required": ["id"]}]},
            {"oneOf": [schema, schema]},
        ),
        *(
            {**schema, "if": other, "then": other},
            {**schema, "not": {"required": ["a"]}},
        ),
        {**schema, "oneOf": [{"required": ["id"]}, {"required": ["object"]}]},
        {"allOf": [{"anyOf": [schema, other]}, {"oneOf": [other, schema]}]},
    ]
    it.put(place, it.random.choice(ways))


def restricted(it: Mutant) -> None:
    """Add a rule that values have to keep."""
    place, _ = it.schema()
    number: Any = it.random.choice([0, 1, -1, 1.5, 10**40, 1e300, -(10**20), "1", None])
    rules: list[tuple[str, Any]] = [
        *((key, number) for key in ("minimum", "maximum", "multipleOf", "minLength")),
        *(
            (key, number)
            for key in ("maxLength", "minItems", "maxItems", "maxProperties")
        ),
        *(("exclusiveMinimum", True), ("exclusiveMaximum", number), ("pattern", "(")),
        *(
            ("pattern", "(a+)+$"),
            ("uniqueItems", True),
            ("additionalProperties", False),
        ),
        *(("additionalProperties", it.small_schema()), ("propertyNames", TEXT)),
        *(("patternProperties", {it.text(): TEXT}), ("prefixItems", [TEXT, {}])),
        *(("items", it.small_schema()), ("items", [TEXT]), ("items", False)),
        *(
            ("contains", TEXT),
            ("dependentRequired", {"a": ["b"]}),
            ("format", "binary"),
        ),
        *(("format", "unixtime"), ("format", "date-time"), ("format", it.text())),
        *(("unevaluatedProperties", False), ("$defs", {"A": TEXT}), ("readOnly", True)),
    ]
    key, value = it.random.choice(rules)
    it.put((*place, key), value)


KINDS: list[Callable[[Mutant], None]] = [
    *(wrong_value, wrong_value, dropped, renamed, moved, swapped, refers_elsewhere),
    *(circle, enum, const, discriminator, required, nullable, property_added),
    *(schema_added, words, typed, combined, restricted),
]


def mutate(it: Mutant, kinds: list[Callable[[Mutant], None]], count: int) -> None:
    """Make some mutations; a kind that finds no place for itself gives way."""
    made = 0
    for _ in range(20 * count):
        before = len(it.edits), it.document
        try:
            it.random.choice(kinds)(it)
        except (LookupError, TypeError, AttributeError):
            # What an earlier mutation left behind may be of any type.
            del it.edits[before[0] :]
            it.document = before[1]
            continue
        made += 1
        if made == count:
            return

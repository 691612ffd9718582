"""Documents that are broken, endless or circular end in code or in a refusal."""

from __future__ import annotations

import json
from random import Random
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from codegen.errors import BuildError, SpecError
from codegen.plan import plan_package
from codegen.select import Selection
from tests.cases import each_case
from tests.codegen.audit import audit
from tests.codegen.conftest import built
from tests.codegen.packages import every_module, imported
from tests.codegen.specs import (
    JSON,
    TEXT,
    Document,
    Steps,
    array,
    document,
    nodes,
    obj,
    ref,
    refusal,
    replaced,
    taken,
    write_code,
    written,
)
from tests.codegen.zoo import zoo

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.codegen.audit import Vocabulary

# --- Documents without an end ------------------------------------------------------


@each_case(
    "schemas",
    [
        {"A": ref("A")},
        {"A": ref("B"), "B": ref("A")},
        {"A": ref("B"), "B": ref("C"), "C": ref("B")},
        {"A": {"anyOf": [ref("A"), TEXT]}},
        {"A": {"oneOf": [ref("B")]}, "B": {"anyOf": [ref("A")]}},
        {"A": {"allOf": [ref("A")]}},
        {"A": {"allOf": [ref("B")]}, "B": {"allOf": [ref("A")]}},
        {"A": {"allOf": [ref("A"), obj(a=TEXT)]}},
        {"A": {"allOf": [obj(a=TEXT), ref("B")]}, "B": {"allOf": [ref("A"), obj()]}},
        {"A": {"allOf": [{"allOf": [ref("A"), obj(a=TEXT)]}, obj(b=TEXT)]}},
        {"A": {"anyOf": [ref("A"), {"type": "null"}]}},
    ],
)
def test_schemas_that_are_nothing_but_themselves_are_refused(schemas: Document) -> None:
    with pytest.raises(SpecError, match=r"^\$\.components\.schemas\.[ABC]"):
        plan_package(taken(document(**schemas)).document)


@pytest.mark.parametrize(
    "schema",
    [
        array(ref("A")),
        {"type": "object", "additionalProperties": ref("A")},
        {"anyOf": [TEXT, array(ref("A"))]},
        {"anyOf": [TEXT, {"type": "object", "additionalProperties": ref("A")}]},
        {"oneOf": [ref("B"), ref("A")]},
    ],
)
def test_recursion_without_an_object_ends_in_code_or_a_refusal(
    schema: Document, tmp_path: Path
) -> None:
    given = document(A=schema, B=obj(a=ref("A")))
    try:
        folder = built(written(tmp_path, given), tmp_path / "out", name="recursive")
    except (SpecError, BuildError) as error:
        assert "$.components.schemas.A" in str(error)  # noqa: PT017 - either is right
        return
    with imported(folder) as package:
        every_module(package)
        value = {"a": [[], {}, "x", {"a": None}]}
        assert package.models.B.from_dict(value).to_dict() == value


@pytest.mark.parametrize("depth", [100, 140])
def test_deep_documents_are_built_or_refused(depth: int) -> None:
    schema: Any = TEXT
    for _ in range(depth // 2):
        schema = array(schema)
    given = document(A=obj(deep=schema))
    said = refusal(given)
    assert "deep" in said or not said


CHAINS: dict[str, Callable[[Document], Document]] = {
    "name": lambda following: following,
    "array": array,
    "object": lambda following: obj(a=following),
    "allOf": lambda following: {"allOf": [following, obj(a=TEXT)]},
    "oneOf": lambda following: {"oneOf": [following, obj(a=TEXT)]},
    "nullable": lambda following: {"anyOf": [following, {"type": "null"}]},
}


@pytest.mark.parametrize("kind", CHAINS)
def test_a_long_chain_of_names_is_followed_or_refused(kind: str) -> None:
    # A chain of unions has as many variants in each as come after it.
    count = 60 if kind == "oneOf" else 200
    names = {
        f"N{number}": CHAINS[kind](ref(f"N{number + 1}")) for number in range(count)
    }
    chain = document(**names, **{f"N{count}": obj(a=TEXT)})
    said = refusal(chain)
    assert said.startswith("$") or not said


# --- Wrong things in every place ---------------------------------------------------

CHOSEN = Selection(("/assistants", "/threads/{thread_id}/messages"))
WRONG: list[Any] = [None, True, "#", [None], {"$ref": 1}]


def test_a_wrong_value_at_any_place_is_refused_by_its_place_or_does_no_harm() -> None:
    given = zoo()
    places = list(nodes(given))
    crashed: list[tuple[Steps, Any, str]] = []
    for steps in places:
        for value in WRONG:
            try:
                said = refusal(replaced(given, steps, value))
            except Exception as error:  # noqa: BLE001 - all that we look for
                crashed.append((steps, value, repr(error)))
            else:
                if said and not said.startswith("$"):
                    crashed.append((steps, value, said))
    assert len(places) > 250
    assert crashed == []


def test_what_passes_the_plan_is_written_or_refused_by_its_place(
    known: Vocabulary, tmp_path: Path
) -> None:
    """The engine has its own opinion of what is wrong; some places are tried."""
    random = Random(7)
    values = [*WRONG, 0, "\u202e", {}, [], {"type": "string"}, ref("Event"), 10**40]
    written_, refused = 0, 0
    for number in range(50):
        steps = random.choice([*nodes(zoo())])
        try:
            given = taken(replaced(zoo(), steps, random.choice(values))).document
            folder = tmp_path / f"damaged_{number}"
            folder.mkdir()
            write_code(given, folder, "damaged")
        except (SpecError, BuildError) as error:
            assert "$" in str(error), steps  # noqa: PT017 - either outcome is right
            refused += 1
        else:
            audit(folder / "damaged", known)
            written_ += 1
    assert written_ > 5
    assert refused > 5


@example(value={"schema": {}})
@example(value={"paths": {"/a": {"schema": {}, "get": {}}}})
@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(max_size=5),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(
                st.sampled_from(
                    [
                        *(
                            "openapi",
                            "info",
                            "paths",
                            "components",
                            "schemas",
                            "/a",
                            "get",
                        ),
                        *(
                            "responses",
                            "200",
                            "content",
                            JSON,
                            "schema",
                            "$ref",
                            "type",
                        ),
                        *("properties", "items", "anyOf", "allOf", "enum", "const"),
                        *(
                            "parameters",
                            "name",
                            "in",
                            "requestBody",
                            "tags",
                            "required",
                        ),
                    ]
                ),
                inner,
                max_size=4,
            )
        ),
        max_leaves=12,
    )
)
def test_any_value_for_a_document_is_a_package_or_a_refusal(value: Any) -> None:
    base = value if isinstance(value, dict) else {"paths": value}
    complete = {"openapi": "3.1.0", "info": {"title": "", "version": ""}}
    for whole in (base, {**complete, "paths": {"/a": {"get": value}}, **base}):
        said = refusal(json.loads(json.dumps(whole)))
        assert said.startswith("$") or not said

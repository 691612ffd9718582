"""A build is whole or nothing: every operation and schema, or no trace of it."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from random import Random
from typing import TYPE_CHECKING, Any

import pytest

from codegen import attempts
from codegen.errors import BuildError, SpecError
from codegen.pipeline import Order, build
from codegen.plan import Package, plan_package
from tests.codegen.conftest import built, silent
from tests.codegen.packages import code, every_module, imported, meaning
from tests.codegen.rough import rough
from tests.codegen.specs import (
    EVERYTHING,
    PINNED,
    TEXT,
    Document,
    document,
    obj,
    operation,
    pinned,
    ref,
    tree,
    written,
)
from tests.codegen.zoo import zoo

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

METHODS = {"get", "post", "delete", "put", "patch"}


# --- The invariant: documents of the same facts give the same code -------------------


def test_a_rough_document_of_the_same_facts_gives_the_same_code(
    pinned_build: Path, tmp_path: Path
) -> None:
    """It stands in for upstream's own; test_pin.py has many more such documents."""
    given = rough(pinned(), Random(4))
    assert given["openapi"].startswith("3.0")
    build(Order(written(tmp_path, given), tmp_path / "out"), silent)
    assert meaning(tmp_path / "out") == meaning(pinned_build)


def test_json_and_yaml_give_the_same_files(pinned_build: Path, tmp_path: Path) -> None:
    build(Order(written(tmp_path, pinned()), tmp_path / "out"), silent)
    one, two = tree(pinned_build), tree(tmp_path / "out")
    locks = [json.loads(files.pop("codegen.lock")) for files in (one, two)]
    assert one == two
    assert {key for key in locks[0] if locks[0][key] != locks[1][key]} == {"spec"}


def test_the_pinned_package_is_complete(pinned_build: Path, tmp_path: Path) -> None:
    schemas = pinned()["components"]["schemas"]
    # Under a name of its own: other tests have imported the real one.
    folder = shutil.copytree(pinned_build / "assistants_api", tmp_path / "complete_api")
    with imported(folder) as package:
        modules = {module.__name__ for module in every_module(package)}
        exported = set(package.models.__all__)
    operations = {name for name in modules if name.count(".") == 3}
    assert len(operations) == 47
    assert len(
        [name for name in modules if name.startswith("complete_api.models.")]
    ) == len(schemas)
    # `Model` is the class that all of them are made from.
    names = {"ModelSchema" if name == "Model" else name for name in schemas}
    assert names <= exported


# --- Other documents ---------------------------------------------------------------


TWICE_ANCHORED = """\
openapi: 3.0.3
info: {title: Twice, version: "1"}
paths:
  /a: {get: &get {operationId: getA, responses: {200: {description: Good., content:
      {application/json: {schema: &answer {$ref: '#/components/schemas/A'}}}}}}}
  /b: {get: {<<: *get, operationId: getB}}
  /c: {get: {operationId: getC, responses: {200: {description: Good., content:
      {application/json: {schema: &answer {$ref: '#/components/schemas/B'}}}}}}}
components:
  schemas:
    A: &x {type: object, properties: {no: &text {type: string, nullable: true}}}
    B: &x {type: object, properties: {on: *text, date: {type: string, default:
      2024-08-06}, other: *answer}}
    C: *x
"""


def test_anchors_that_are_defined_twice_do_no_harm(tmp_path: Path) -> None:
    (tmp_path / "twice.yaml").write_text(TWICE_ANCHORED, encoding="utf-8")
    folder = built(str(tmp_path / "twice.yaml"), tmp_path / "out", name="twice")
    with imported(folder) as package:
        a = package.models.A.from_dict({"no": None})
        b = package.models.B.from_dict({"on": "x", "other": {"on": None}})
        assert (a.no, b.on, b.other.on) == (None, "x", None)
        assert package.api.default.get_b.build_request().path == "/b"


def test_a_document_without_named_schemas_builds(tmp_path: Path) -> None:
    given = document({"/a": {"get": operation("getIt", schema=TEXT)}})
    folder = built(written(tmp_path, given), tmp_path / "out", name="no_schemas")
    with imported(folder) as package:
        assert len(every_module(package)) == 19
        assert package.models.__all__ == []


@pytest.mark.parametrize("name", ["ruff", "sysconfig", "os", "attrs", "typing", "x_1"])
def test_any_name_will_do_for_a_package(name: str, tmp_path: Path) -> None:
    spec = written(tmp_path, zoo())
    code(built(spec, tmp_path / "out", name=name))
    files = {path.name for path in (tmp_path / "out").iterdir()}
    assert files == {name, "API.md", "codegen.lock"}


# --- What would be lost fails, by name ---------------------------------------------


def refused(given: Document, old: Path, error: type[Exception] = BuildError) -> str:
    """See that a build is refused and has changed nothing; return its reasons."""
    before = tree(old.parent)
    spec = written(old.parent.parent, given)
    with pytest.raises(error) as caught:
        built(spec, old)
    assert tree(old.parent) == before
    assert [path.name for path in old.parent.iterdir()] == ["generated"]
    return str(caught.value)


# --- What openapi-python-client thinks of it ---------------------------------------


def notes(given: Document, folder: Path) -> list[str]:
    """Build a document; return what the engine reads otherwise."""
    order = Order(written(folder, given), folder / "out", "built", EVERYTHING)
    return build(order, silent).notes


def changed_engine(
    monkeypatch: pytest.MonkeyPatch, change: Callable[[Any], object]
) -> None:
    """Let the engine come to another result."""
    from openapi_python_client.parser import GeneratorData

    def from_dict(*arguments: Any, **options: Any) -> Any:
        data = original(*arguments, **options)
        return change(data) or data

    original = GeneratorData.from_dict
    monkeypatch.setattr(GeneratorData, "from_dict", from_dict)


def test_the_engine_has_nothing_to_say_of_a_plain_document(tmp_path: Path) -> None:
    assert notes(zoo(), tmp_path) == []


def test_what_the_engine_warns_of_is_a_note_with_its_path(tmp_path: Path) -> None:
    given = zoo()
    given["components"]["schemas"] |= {
        "One": {"oneOf": [ref("Cat"), ref("Two")]},
        "Two": {"oneOf": [ref("Dog"), ref("One")]},
        "Inside": obj(inner={"oneOf": [obj(a=TEXT), TEXT], **obj(b=TEXT)}),
    }
    given["paths"]["/lost"] = {"get": operation("lost", schema=ref("One"))}
    found = "\n".join(notes(given, tmp_path))
    assert "$.components.schemas.One" in found
    assert "$.paths['/lost'].get" in found
    # Where the document has it, not what it was named.
    assert "$.components.schemas.Inside.properties.inner: " in found
    assert "object at 0x" not in found
    assert (tmp_path / "out/built/api/things/lost.py").exists()


def test_an_engine_that_fails_stops_no_build(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from openapi_python_client.parser.errors import GeneratorError, ParseError

    def crash(data: Any) -> None:
        raise KeyError("oh")

    def warn(data: Any) -> None:
        data.errors.append(ParseError(header="Not so good", detail="at all"))

    def give_up(data: Any) -> GeneratorError:
        return GeneratorError(header="Not readable", detail="at all")

    for change, note in [
        (crash, "it can't read the document: KeyError('oh')"),
        (warn, "Not so good: at all"),
        (give_up, "it can't read the document: Not readable: at all"),
    ]:
        with monkeypatch.context() as patch:
            changed_engine(patch, change)
            assert notes(zoo(), tmp_path) == [note]


def test_a_class_that_the_engine_does_not_make_is_a_note(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def forget(data: Any) -> None:
        data.models = [m for m in data.models if m.class_info.name != "Dog"]

    changed_engine(monkeypatch, forget)
    (note,) = notes(zoo(), tmp_path)
    assert note.startswith("$.components.schemas.Dog: ")


def test_an_operation_that_only_the_engine_finds_is_an_error(
    old: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def plan(document: Document, order: Sequence[str]) -> Package:
        package = plan_package(document, order)
        tags = [
            replace(
                tag, operations=[op for op in tag.operations if op.path != "/files"]
            )
            for tag in package.tags
        ]
        return replace(package, tags=tags)

    monkeypatch.setattr(attempts, "plan_package", plan)
    assert "POST /files" in refused(zoo(), old)


@pytest.mark.parametrize(
    ("change", "place"),
    [
        ({"Dog": {"allOf": [ref("Dog"), obj()]}}, "$.components.schemas.Dog: "),
        ({"Dog": ref("Gone")}, "$.components.schemas.Dog: nothing stands at"),
        ({"Cat": {"type": "text"}}, "$.components.schemas.Cat"),
    ],
)
def test_a_document_that_can_t_be_written_as_python_is_refused_by_path(
    old: Path, change: Document, place: str
) -> None:
    given = zoo()
    given["components"]["schemas"].update(change)
    assert place in refused(given, old, SpecError)


_DEEP = "$.components.schemas.Outer.properties.inner.properties.deep"


@pytest.mark.parametrize(
    ("leaf", "said"),
    [
        ({"type": "strng"}, f"{_DEEP}.type: 'strng' is no type"),
        ({"allOf": [{"type": "string"}, {"type": "array"}]}, f"{_DEEP}: nothing can"),
        ({"maxProperties": -1}, f"{_DEEP}.maxProperties: this can't be -1"),
        ({"maxLength": -1}, f"{_DEEP}.maxLength: this can't be -1"),
        ({"multipleOf": 0}, f"{_DEEP}.multipleOf: this can't be 0"),
        ({"discriminator": {}}, f"{_DEEP}.discriminator: propertyName is missing"),
    ],
)
def test_inline_schemas_are_named_by_where_they_stand(
    leaf: Document, said: str, old: Path
) -> None:
    assert said in refused(document(Outer=obj(inner=obj(deep=leaf))), old, SpecError)


def test_a_name_that_is_taken_says_by_what(old: Path) -> None:
    named = {"x-schema-name": "Shared"}
    given = document(
        A=obj(one={**obj(a={"type": "string"}), **named}),
        B=obj(two={**obj(b={"type": "string"}), **named}),
    )
    said = refused(given, old, SpecError)
    assert "$.components.schemas.B.properties.two: the name Shared is taken" in said
    assert "that of $.components.schemas.A.properties.one" in said


# --- Where to --------------------------------------------------------------------


def test_a_second_build_changes_nothing_and_a_changed_document_what_it_must(
    old: Path,
) -> None:
    given = zoo()
    order = Order(written(old.parent.parent, given), old, "built", EVERYTHING)
    before = tree(old)
    assert build(order, silent).changed == []
    assert tree(old) == before
    given["components"]["schemas"]["Cat"]["properties"]["name"] = TEXT
    written(old.parent.parent, given)
    changed = build(order, silent).changed
    assert changed == ["API.md", "built/models/cat.py", "built/openapi.json"]
    assert {n for n in before if before[n] != tree(old)[n]} == {
        *changed,
        "codegen.lock",
    }


def test_files_of_an_earlier_build_don_t_stay(old: Path) -> None:
    given = document(
        {"/a": {"get": operation("getIt", schema=ref("T"))}}, T=obj(a=TEXT)
    )
    assert (old / "built/models/dog.py").exists()
    done = build(
        Order(written(old.parent.parent, given), old, "built", EVERYTHING), silent
    )
    assert not (old / "built/models/dog.py").exists()
    assert "built/models/dog.py" in done.changed


def test_a_folder_with_other_files_is_not_touched(tmp_path: Path) -> None:
    spec = written(tmp_path, zoo())
    target = tmp_path / "mine"
    target.mkdir()
    (target / "thesis.tex").write_text("years of work", encoding="utf-8")
    with pytest.raises(BuildError, match="mine holds files that were not generated"):
        built(spec, target)
    assert [path.name for path in target.iterdir()] == ["thesis.tex"]
    with pytest.raises(BuildError, match=r"thesis\.tex is no folder"):
        built(spec, target / "thesis.tex")


def test_an_empty_folder_a_new_one_and_a_link_to_one_will_do(tmp_path: Path) -> None:
    spec = written(tmp_path, zoo())
    (tmp_path / "empty").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "empty")
    built(spec, tmp_path / "empty")
    built(spec, tmp_path / "new" / "deep")
    before = tree(tmp_path / "empty")
    assert before == tree(tmp_path / "new" / "deep")
    built(spec, tmp_path / "link")
    assert (tmp_path / "link").is_symlink()
    assert tree(tmp_path / "empty") == before


@pytest.mark.parametrize(
    "name", ["", "a-b", "a.b", "1a", "../a", "/a", "class", "a b", "a\n", "None"]
)
def test_a_name_that_can_t_be_imported_is_refused(name: str, tmp_path: Path) -> None:
    with pytest.raises(BuildError, match="can't be the name of a package"):
        built(str(PINNED), tmp_path / "out", name=name)
    assert list(tmp_path.iterdir()) == []

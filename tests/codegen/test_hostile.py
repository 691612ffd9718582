"""Documents that mean harm end in correct, inert code or in a clear refusal."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from codegen.errors import BuildError, SpecError
from codegen.identifiers import identifier
from codegen.plan import plan_package
from codegen.plan.literal import docstring, literal, string
from tests.cases import each_case
from tests.codegen.audit import PAYLOAD, audit, run_all
from tests.codegen.conftest import built
from tests.codegen.once import once
from tests.codegen.packages import imported
from tests.codegen.payloads import NAMES, NO_NAMES, TEXTS
from tests.codegen.specs import (
    JSON,
    TEXT,
    Document,
    array,
    const,
    document,
    obj,
    operation,
    parameter,
    ref,
    refusal,
    taken,
    written,
)

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.codegen.audit import Vocabulary

NUMBER = {"type": "integer", "format": "unixtime"}
ANSWER = {"description": "Good.", "content": {JSON: {"schema": ref("Plain")}}}


# --- Documents full of payloads ----------------------------------------------------


def of_texts() -> Document:
    """Put every text wherever a document has text that is no name."""
    schemas: Document = {"Plain": obj(id=TEXT)}
    paths: Document = {}
    for number, text in enumerate(TEXTS):
        words = {"description": text, "title": text, "x-any": text, "example": text}
        schemas[f"Text{number}"] = {
            **obj(
                "kind",
                kind={**const(text), **words},
                other={**const(text), **words},
                choice={**TEXT, "enum": [text, f"other {number}"], **words},
                plain={
                    **TEXT,
                    "default": text,
                    "format": text,
                    **words,
                },
                many={"type": "array", "items": TEXT, "default": [text]},
            ),
            **words,
        }
        item = operation(
            f"op{number}",
            parameter("q", schema={**TEXT, "default": text}, **words),
            parameter("h", "header", **words),
            schema=ref(f"Text{number}"),
            body={JSON: {"schema": ref("Plain"), "example": text}},
            tag=f"tag{number}",
        )
        item |= {"summary": text, "description": text, "x-any": text}
        item["requestBody"]["description"] = text
        item["responses"]["200"]["description"] = text
        paths[f"/text{number}"] = {"post": item, "summary": text}
    result = document(paths, **schemas)
    result["tags"] = [
        {"name": f"tag{number}", "description": text}
        for number, text in enumerate(TEXTS)
    ]
    result["components"]["securitySchemes"] = {
        text: {"type": "apiKey", "in": "header", "name": text, "description": text}
        for text in TEXTS
    }
    result["security"] = [{text: [text]} for text in TEXTS]
    union = {"oneOf": [ref(f"Text{number}") for number in range(len(TEXTS))]}
    result["components"]["schemas"]["AnyText"] = union
    result["paths"]["/any"] = {"get": operation("any", schema=ref("AnyText"))}
    return result


def of_names() -> Document:
    """Put every name wherever a document has names."""
    names = dict(enumerate(NAMES))
    everything = obj(*NAMES, **dict.fromkeys(NAMES, NUMBER))
    located = {
        f"/{place}": {
            "get": operation(
                f"in {place}", *(parameter(name, place) for name in NAMES), schema=TEXT
            )
        }
        for place in ("query", "header", "cookie")
    }
    paths = {
        f"/{number}/{name}": {
            "get": operation(f"of {name}", schema=ref("Plain"), tag=f"{name} tag")
        }
        for number, name in names.items()
        if not {"{", "}"} & set(name)
    }
    answer = {**ANSWER, "headers": {name: {"schema": TEXT} for name in NAMES}}
    special = {"/answers": {"get": operation("answers", responses={"200": answer})}}
    # OpenAPI forbids most of these, but the engine minds these two only.
    plain = [name for name in NAMES if not {"/", "~"} & set(name)]
    schemas = {f"{name} it": obj(id=TEXT, next=ref(f"{name} it")) for name in plain}
    return document(
        {
            **located,
            **paths,
            **special,
            "/all": {"get": operation("all", schema=ref("All"))},
            "/one": {"get": operation("one", schema=array(ref("One")))},
        },
        **schemas,
        Plain=obj(id=TEXT),
        All=everything,
        One={
            "oneOf": [ref("Plain"), ref("All")],
            "discriminator": {
                "propertyName": NAMES[0],
                "mapping": {name: ref(f"{name} it")["$ref"] for name in plain},
            },
        },
    )


def of_information(text: str) -> Document:
    """Put a text into what a document says of itself."""
    result = document({"/a": {"get": operation("a", schema=ref("T"))}}, T=obj(a=TEXT))
    words = {"title": text, "description": text, "version": text, "summary": text}
    result["info"] = {**words, "license": {"name": text}, "x-any": text}
    return result


INFORMATION = ['"""', '"\\', "\u202e\0", "{{ 7*7 }}", f'"""\n{PAYLOAD}\n"""', "x" * 500]


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Build the documents above; return the folders of the packages."""
    documents = {"hostile_texts": of_texts(), "hostile_names": of_names()}
    for number, text in enumerate(INFORMATION):
        documents[f"hostile_info_{number}"] = of_information(text)

    def make(folder: Path) -> None:
        for name, each in documents.items():
            built(written(folder, each, f"{name}.json"), folder / name, name=name)

    found = once(tmp_path_factory, "hostile", make)
    return {name: found / name / name for name in documents}


def test_hostile_packages_do_nothing_that_harmless_ones_don_t(
    hostile: dict[str, Path], known: Vocabulary
) -> None:
    for folder in hostile.values():
        audit(folder, known)


def test_importing_hostile_packages_runs_nothing_of_theirs(
    hostile: dict[str, Path], tmp_path: Path
) -> None:
    assert run_all([*hostile.values()], tmp_path / "empty") > 500


def test_nothing_is_written_outside_of_the_folder(hostile: dict[str, Path]) -> None:
    for name, folder in hostile.items():
        files = {path.name for path in folder.parent.iterdir()}
        assert files == {name, "API.md", "codegen.lock"}
        index = (folder.parent / "API.md").read_text(encoding="utf-8")
        assert index.replace("\n", "").isprintable()


def test_texts_are_the_values_of_the_document(hostile: dict[str, Path]) -> None:
    with imported(hostile["hostile_texts"]) as package:
        for number, text in enumerate(TEXTS):
            model = getattr(package.models, f"Text{number}")
            assert model().kind == text
            assert model.__annotations__["other"].startswith("Literal[")
            assert (
                ast.literal_eval(model.__annotations__["other"].split(" |")[0][8:-1])
                == text
            )
            choice = getattr(package.models, f"Text{number}Choice")
            assert get_args(get_args(choice)[0]) == (text, f"other {number}")
            value = {"kind": text, "plain": text, "more": text}
            assert model.from_dict(value).to_dict() == value
            found = package.models.read_any_text(value)
            assert type(found) is model
            assert package.check(value, f"Text{number}") == []
            wrong = package.check({"kind": text + "!"}, f"Text{number}")
            assert [deviation.path for deviation in wrong] == ["$.kind"]


def test_names_reach_the_wire_as_the_document_has_them(
    hostile: dict[str, Path],
) -> None:
    with imported(hostile["hostile_names"]) as package:
        value = {name: number for number, name in enumerate(NAMES)}
        whole = package.models.All.from_dict(value)
        assert whole.to_dict() == value
        assert whole.additional_properties == {}
        fields = [field.name for field in package.models.All.__attrs_attrs__]
        assert all(name.isidentifier() and name.isascii() for name in fields)
        assert len(set(fields)) == len(NAMES) + 1
        again = package.models.All(
            **{name: getattr(whole, name) for name in fields[:-1]}
        )
        assert again == whole

        default = package.api.things
        for place in ("query", "header", "cookie"):
            build_request = getattr(default, f"in_{place}").build_request
            arguments = list(build_request.__annotations__)[:-1]
            request = build_request(**{name: f"v {name}" for name in arguments})
            sent = {
                "query": dict(request.query),
                "header": request.headers,
                "cookie": request.cookies,
            }[place]
            assert list(sent) == NAMES
            assert list(sent.values()) == [f"v {name}" for name in arguments]
        for number, name in enumerate(NAMES):
            if not {"{", "}"} & set(name):
                tag = getattr(package.api, identifier(f"{name} tag"))
                (module,) = tag.__all__
                request = getattr(tag, module).build_request()
                assert request.path == f"/{number}/{name}"
            found = package.models.read_one({NAMES[0]: name})
            kind = type(found).__name__
            assert kind not in ("Plain", "All")
            assert (kind == "UnknownObject") == bool({"/", "~"} & set(name))


@pytest.mark.parametrize(
    "media_type",
    [*TEXTS[:60:6], f"text/plain; x={TEXTS[-1]}", f"x/{PAYLOAD}", "a/b\r\n"],
)
def test_media_types_are_kept_or_refused_by_place(
    media_type: str, known: Vocabulary, tmp_path: Path
) -> None:
    content = {JSON: {"schema": ref("Plain")}, media_type: {"schema": TEXT}}
    answers = {"200": {"description": "Good.", "content": content}}
    given = document(
        {"/a": {"post": operation("sendIt", body=content, responses=answers)}},
        Plain=obj(id=TEXT),
    )
    try:
        folder = built(written(tmp_path, given), tmp_path / "out", name="of_media")
    except (SpecError, BuildError) as error:
        said = str(error)
        assert "$.paths['/a'].post" in said
        assert not {"\x1b", "\u202e", "\0", "\r"} & set(said)
        return
    audit(folder, known)
    with imported(folder) as package:
        send_it = package.api.things.send_it
        request = send_it.build_request(body=b"x", media_type=media_type)
        assert request.headers["Content-Type"] == media_type
        assert request.content == b"x"


@each_case("code", ["20", "2000", "600", "6xx", "XXX", "200\n", "٢٠٠", ""])
def test_what_is_no_status_is_refused_by_place(code: str) -> None:
    given = document(
        {"/a": {"get": operation("a", responses={code: ANSWER})}}, Plain={}
    )
    said = refusal(given)
    assert said.startswith("$.paths['/a'].get.responses")
    assert "is no status" in said


# --- How texts are written ---------------------------------------------------------

chunks = st.lists(st.sampled_from([*TEXTS, " ", "\n", "    "]) | st.text(max_size=8))
texts = chunks.map("".join)


@given(texts)
def test_strings_are_literals_of_one_line(text: str) -> None:
    for written_ in (string(text), literal(text)):
        assert ast.literal_eval(written_) == text
        assert len(written_.splitlines()) == 1


@given(st.lists(texts, max_size=3), st.sampled_from([0, 4]))
def test_docstrings_are_one_constant(paragraphs: list[str], indent: int) -> None:
    text = docstring(*paragraphs, indent=indent)
    if not text:
        return
    (statement,) = ast.parse(f"class X:\n    {text}" if indent else text).body
    if indent:
        assert isinstance(statement, ast.ClassDef)
        (statement,) = statement.body
    assert isinstance(statement, ast.Expr)
    assert isinstance(statement.value, ast.Constant)
    said = str(statement.value.value)
    assert "".join(said.split()) in "".join(
        "".join(paragraph.split()) for paragraph in map(_seen, paragraphs)
    )


def _seen(text: str) -> str:
    from codegen.plan.literal import plain_text

    return plain_text(text)


@given(texts)
def test_identifiers_are_plain(name: str) -> None:
    found = identifier(name)
    assert found.isidentifier()
    assert found.isascii()
    ast.parse(f"{found} = 1")


# --- Names that can't be had -------------------------------------------------------

PLACES: dict[str, Callable[[str], Document]] = {
    "$.components.schemas": lambda name: document(**{name: obj(a=TEXT)}),
    "$.components.schemas.T.properties": lambda name: document(T=obj(**{name: TEXT})),
    "$.paths['/a'].get.parameters[0]": lambda name: document(
        {"/a": {"get": operation("a", parameter(name))}}
    ),
    "$.paths['/a'].get": lambda name: document(
        {"/a": {"get": operation("a", tag=name)}}
    ),
    "$.paths['/b'].get": lambda name: document({"/b": {"get": operation(name or "_")}}),
}


@each_case("name", [*NO_NAMES, "z" * 121, "z" * 999])
def test_any_name_becomes_one_that_python_and_file_systems_take(name: str) -> None:
    for place, made in PLACES.items():
        package = plan_package(taken(made(name)).document)
        found = [schema.names.module for schema in package.schemas]
        found += [f.name for schema in package.schemas for f in schema.fields]
        found += [p.name for op in package.operations for p in op.parameters]
        found += [x for op in package.operations for x in (op.name, op.tag)]
        assert found, place
        for each in found:
            assert each.isidentifier(), (place, each)
            assert each.isascii(), (place, each)
            assert len(each) <= 200, (place, each)


@each_case(
    ("one", "two"),
    [("aB", "a_b"), ("a", "A"), ("a-b", "a b"), ("é", "e"), ("x1", "x_1"), ("ﬁ", "fi")],
)
@each_case("kind", ["schemas", "properties", "parameters", "operations"])
def test_names_that_become_the_same_are_told_apart(
    kind: str, one: str, two: str
) -> None:
    given = {
        "schemas": document(**{one: obj(p=TEXT), two: obj(q=TEXT)}),
        "properties": document(T=obj(**{one: TEXT, two: TEXT})),
        "parameters": document(
            {"/a": {"get": operation("a", parameter(one), parameter(two))}}
        ),
        "operations": document(
            {"/a": {"get": operation(one)}, "/b": {"get": operation(two)}}
        ),
    }[kind]
    package = plan_package(taken(given).document)
    names = {
        "schemas": [schema.names.module for schema in package.schemas],
        "properties": [f.name for schema in package.schemas for f in schema.fields],
        "parameters": [p.name for op in package.operations for p in op.parameters],
        "operations": [op.name for op in package.operations],
    }[kind]
    assert len({name.lower() for name in names}) == len(names) > 0

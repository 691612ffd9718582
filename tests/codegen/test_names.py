"""Names that meet, that are too long or that Python can't write: each gets one."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest

from codegen.identifiers import class_name, identifier, module_name, sentence
from codegen.paths import TEMPLATES
from codegen.plan import Package, plan_package
from codegen.plan.naming import Names
from tests.cases import each_case
from tests.codegen.packages import every_module
from tests.codegen.specs import (
    NUMBER,
    TEXT,
    Document,
    array,
    document,
    obj,
    operation,
    parameter,
    ref,
    taken,
)

if TYPE_CHECKING:
    from tests.codegen.conftest import Make


def planned(given: Document) -> Package:
    found = taken(given)
    return plan_package(found.document, found.order)


def imported_by_templates() -> set[str]:
    """Return what modules of schemas import by the names that classes have."""
    found: set[str] = set()
    for kind in ("alias", "model", "union"):
        text = (TEMPLATES / f"{kind}.py.jinja").read_text("utf-8")
        for line in re.findall(r"^ *from \S+ import (.+)$", text, re.MULTILINE):
            words = [each.rpartition(" as ")[2] for each in line.split(", ")]
            found |= {word for word in words if re.fullmatch(r"[A-Z]\w+", word)}
    return found | {"read_dict", "read_list"}


def attributes(*properties: str, **more: Any) -> dict[str, str]:
    """Return what the properties of an object are called, in their order."""
    schema = obj(**{name: more.get(name, TEXT) for name in properties})
    (module,) = (
        s for s in planned(document(T=schema)).schemas if s.names.schema == "T"
    )
    return {field.key: field.name for field in module.fields}


@each_case(
    ("properties", "names"),
    [
        (["clientId", "client_id"], ["client_id", "client_id_2"]),
        (["a_b", "aB", "A-B"], ["a_b", "a_b_2", "a_b_3"]),
        (["image", "image[]"], ["image", "image_array"]),
        (["+1", "-1"], ["n1", "minus_1"]),
        (["At", "At<", "At>"], ["at", "at_less", "at_greater"]),
        (["class", "class_"], ["class_", "class_2"]),
        (["to_dict", "toDict"], ["to_dict_", "to_dict_2"]),
        (["$", "@", ""], ["dollar", "commercial_at", "empty"]),
        (["имя", "名前"], ["i_em_ya", "n540d_524d"]),
        (["OAuth2Token", "oAuth", "OAuthor"], ["oauth2_token", "oauth", "o_author"]),
        (["ETag", "eTag2", "IPv4Address"], ["etag", "etag_2", "ipv4_address"]),
        (["userIDs", "IDs", "URLsOf"], ["user_ids", "ids", "urls_of"]),
    ],
)  # fmt: skip
def test_each_property_has_a_name_of_its_own(
    properties: list[str], names: list[str]
) -> None:
    assert [*attributes(*properties).values()] == names


@each_case(
    ("name", "text"),
    [
        ("get_bot_URL", "Get bot URL"),
        ("listUserIDs", "List user IDs"),
        ("createOAuth2Token", "Create OAuth2 token"),
        ("ETag", "ETag"),
        ("Find_By_Name", "Find by name"),
    ],
)
def test_a_name_is_written_as_a_sentence(name: str, text: str) -> None:
    assert sentence(name) == text


def test_what_modules_import_renames_nothing(make: Make) -> None:
    names = ("cls", "errors", "models", "types", "self")
    thing = obj(**{name: array(ref("Inner")) for name in names})
    find = operation("find", *map(parameter, names), schema=ref("T"))
    package = make(document({"/a": {"get": find}}, T=thing, Inner=obj(a=TEXT)))
    every_module(package)
    value = {name: [{"a": name}] for name in names}
    read = package.models.T.from_dict(value)
    assert read.to_dict() == value
    assert [getattr(read, name)[0].a for name in names[:-1]] == [*names[:-1]]
    made = package.models.T(errors=[], models=[], types=[], cls=[], self_=[])
    assert made.to_dict() == {name: [] for name in names}
    request = package.api.things.find.build_request(
        cls="c", errors="e", models="m", types="t", self_="s"
    )
    assert dict(request.query) == {name: name[0] for name in names}


def test_a_property_added_later_renames_no_other() -> None:
    before = attributes("aB", "a_b", "x<", "x>")
    after = attributes("aB", "a_b", "x<", "x>", "a-b", "x", "AB", "a_b_2")
    assert after.items() >= before.items()
    assert len(set(after.values())) == 8


def test_what_is_derived_has_a_name_too() -> None:
    at: Document = {**TEXT, "format": "date-time"}
    assert attributes("at", "at_datetime", at=at) == {
        "at": "at",
        "at_datetime": "at_datetime_2",
    }


def test_schemas_choose_names_in_the_order_of_the_document() -> None:
    given = document(
        nullBool=obj(a=TEXT),
        NullBool=obj(b=TEXT),
        ReadPet=obj(c=TEXT),
        Pet={"anyOf": [ref("nullBool"), ref("NullBool")]},
        Model=obj(d=TEXT),
        ModelSchema=obj(e=TEXT),
    )
    package = planned(given)
    names = {s.names.schema: (s.names.class_, s.names.module) for s in package.schemas}
    assert names["nullBool"] == ("NullBool", "null_bool")
    assert names["NullBool"] == ("NullBool2", "null_bool_2")
    assert names["Model"] == ("ModelSchema", "model")
    assert names["ModelSchema"] == ("ModelSchema2", "model_schema_2")
    # The module of ReadPet would hide the function that reads Pet.
    assert names["Pet"] == ("Pet2", "pet_2")
    said = "\n".join(package.notes)
    assert "$.components.schemas.NullBool is NullBool2: 'nullBool' needs" in said


def test_what_meets_can_be_used(make: Make) -> None:
    get = operation(
        "find", parameter("a<", schema=NUMBER), parameter("a>"), schema=ref("T")
    )
    other = operation("Find", parameter("a", "path"), parameter("a", "header"))
    package = make(
        document({"/a": {"get": get}, "/b/{a}": {"get": other}},
                 T=obj(aB=TEXT, a_b=NUMBER), t=obj(x=array(ref("T"))))
    )  # fmt: skip
    every_module(package)
    assert package.models.T(a_b="x", a_b_2=1).to_dict() == {"aB": "x", "a_b": 1}
    read = package.models.T2.from_dict({"x": [{"aB": "x"}]})
    assert read.x[0].a_b == "x"
    things = package.api.things
    request = things.find.build_request(a=1, a_greater="x")
    assert request.query == [("a<", "1"), ("a>", "x")]
    request = things.find_2.build_request("1", a_header="h")
    assert (request.path, request.headers) == ("/b/1", {"a": "h"})


def test_a_class_is_neither_its_module_nor_an_attribute(make: Make) -> None:
    names = ("400", "1", "3d_model")
    holder = obj(**{name: ref(name) for name in names})
    models = make(document(Holder=holder, **{n: obj(a=TEXT) for n in names})).models
    value = {name: {"a": name} for name in names}
    found = models.Holder.from_dict(value)
    assert (found.n400.a, found.n1.a) == ("400", "1")
    assert found.n3d_model.a == "3d_model"
    assert isinstance(found.n400, models.N400)


@pytest.mark.parametrize("name", sorted(imported_by_templates()))
def test_a_schema_hides_nothing_that_its_module_imports(name: str) -> None:
    """Whatever a module imports by a name that a class, or its dict, may have."""
    for schema in (name, name.removesuffix("Dict"), name.removeprefix("read_")):
        names = Names([schema])[schema]
        assert name not in {names.class_, names.dict_, names.known, names.reader}


def test_operations_may_be_called_as_what_the_package_needs(make: Make) -> None:
    names = ("annotations", "lazy_names", "TYPE_CHECKING", "models")
    paths = {f"/{n}": {"get": operation(n, tag="Annotations")} for n in names}
    package = make(document(paths))
    every_module(package)
    for name in names:
        module = getattr(package.api.annotations, name.lower())
        assert module.build_request().path == f"/{name}"


@pytest.mark.parametrize("made", [class_name, identifier, module_name])
def test_long_names_end_in_a_hash_of_the_whole(made: Any) -> None:
    one, two = made("word " * 100), made("word " * 100 + "x")
    assert one != two
    assert max(len(one), len(two)) <= 200
    assert made("word" * 50).lower() == "word" * 50

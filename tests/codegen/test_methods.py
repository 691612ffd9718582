"""Methods come from a document and a mapping, whatever API they are for."""

from __future__ import annotations

import ast
import copy
from typing import TYPE_CHECKING, Any

import pytest

from codegen.errors import SpecError
from codegen.methods import files, mapping
from codegen.methods.plan import plan_methods
from codegen.pipeline import facts
from codegen.plan import plan_package
from codegen.render import HEADER
from tests.cases import each_case
from tests.codegen.specs import (
    EVERYTHING,
    JSON,
    NUMBER,
    TEXT,
    Document,
    array,
    document,
    obj,
    operation,
    parameter,
    ref,
)

if TYPE_CHECKING:
    from codegen.methods.planned import MethodPlan, Plan

SHELVES: Document = document(
    {
        "/shelves/{shelf_id}/books": {
            "get": operation(
                "listBooks",
                parameter("shelf_id", "path"),
                parameter("limit", "query", schema=NUMBER),
                parameter("order", "query", schema=ref("Order")),
                schema=ref("Books"),
            ),
            "post": operation(
                "addBook",
                parameter("shelf_id", "path"),
                schema=ref("Book"),
                body={JSON: {"schema": ref("NewBook")}},
            ),
        },
        "/shelves/{shelf_id}/books/{book_id}": {
            "get": operation(
                "getBook",
                parameter("shelf_id", "path"),
                parameter("book_id", "path"),
                schema=ref("Book"),
            ),
        },
    },
    Book=obj("id", id=TEXT, title=TEXT),
    Books=obj("data", data=array(ref("Book"))),
    NewBook=obj(
        "title",
        title={**TEXT, "description": "What stands on its spine."},
        **{"from": TEXT},
        author_id=TEXT,
        stream={"type": "boolean"},
    ),
    Order={**TEXT, "enum": ["up", "down"]},
)
MAPPED: dict[str, Any] = {
    "results": {"Book": "objects.Book"},
    "names": {"HasId": "ids", "Page": "pages", "AsyncPages": "pages"},
    "twins": {"Stream": "streams"},
    "ids": ["shelf_id", "book_id", "author_id"],
    "decorators": dict.fromkeys(("calls", "lists", "streams", "reads"), "_base"),
    "at_once": ["lists"],
    "pages": {
        "items": "data",
        "sync": "Page",
        "async": "AsyncPages",
        "keywords": "most",
    },
    "streams": {"argument": "stream", "returns": "Stream"},
    "raises": {"Broken": "it breaks."},
    "keywords": {
        "options": {"timeout": {"type": "float", "default": 5, "text": "Seconds."}},
        "most": {"max_items": {"type": "int | None", "default": None}},
        "reading": {"aloud": {"type": "bool"}},
    },
    "resources": {
        "shelves": {
            "resources": {
                "books": {
                    "methods": {
                        "add": "addBook",
                        "list": {"operation": "listBooks", "pages": "cursor"},
                        "get": "getBook",
                    }
                }
            }
        }
    },
}


def planned(mapped: dict[str, Any], given: Document = SHELVES) -> Plan:
    found = facts(given, EVERYTHING, None).document
    return plan_methods(mapping.read(mapped), plan_package(found), found)


def with_line(**line: Any) -> dict[str, Any]:
    """Return the mapping with another method, `read`, among the books."""
    mapped = copy.deepcopy(MAPPED)
    books = mapped["resources"]["shelves"]["resources"]["books"]
    books["methods"]["read"] = {"operation": "addBook", **line}
    return mapped


def method(plan: Plan, name: str, *, asynchronous: bool = False) -> MethodPlan:
    resources = plan.asynchronous if asynchronous else plan.sync
    (books,) = [each for each in resources if each.path == "shelves.books"]
    (found,) = [each for each in books.methods if each.name == name]
    return found


def signature(found: MethodPlan) -> list[str]:
    first, rest = (
        [a.written for a in some] for some in (found.positional, found.named)
    )
    return [*first, "*", *rest]


def test_arguments_are_those_of_the_path_the_body_and_the_query() -> None:
    plan = planned(MAPPED)
    assert signature(method(plan, "add")) == [
        "shelf_id: str | HasId",
        "*",
        "title: str",
        "from_: str = NOT_GIVEN",
        "author_id: str | HasId = NOT_GIVEN",
        "stream: bool = NOT_GIVEN",
        "timeout: float = 5",
    ]
    assert signature(method(plan, "get")) == [
        *("book_id: str | HasId", "*", "shelf_id: str | HasId", "timeout: float = 5")
    ]
    assert signature(method(plan, "list")) == [
        *("shelf_id: str | HasId", "*", "limit: int = NOT_GIVEN"),
        *('order: Literal["up", "down"] = NOT_GIVEN', "max_items: int | None = None"),
        "timeout: float = 5",
    ]


def test_results_are_the_client_s_own_classes_and_have_twins() -> None:
    plan = planned(MAPPED)
    found = [method(plan, "add"), method(plan, "add", asynchronous=True)]
    assert [each.returns for each in found] == ["Book", "AsyncBook"]
    assert [each.awaited for each in found] == [False, True]
    found = [method(plan, "list"), method(plan, "list", asynchronous=True)]
    assert [each.returns for each in found] == ["Page[Book]", "AsyncPages[AsyncBook]"]
    assert not any(each.awaited for each in found)


def test_a_stream_makes_overloads() -> None:
    found = method(planned(with_line(streams=True)), "read", asynchronous=True)
    assert [each.returns for each in found.overloads] == [
        *("AsyncBook", "AsyncStream", "AsyncBook | AsyncStream")
    ]
    switches = [
        argument.written
        for each in found.overloads
        for argument in each.named
        if argument.name == "stream"
    ]
    assert switches == [
        "stream: Literal[False] | None = NOT_GIVEN",
        "stream: Literal[True]",
        "stream: bool | None",
    ]


def test_docstrings_name_every_argument_and_error() -> None:
    text = method(planned(MAPPED), "add").text
    assert "title: What stands on its spine." in text
    assert "timeout: Seconds." in text
    assert "Broken: it breaks." in text


def test_arguments_may_have_other_names_places_and_types() -> None:
    line = {
        "names": {"title": "called"},
        "without": ["stream"],
        "positional": ["shelf_id", "called"],
        "types": {"from": "int"},
        "takes": ["reading"],
        "made_by": "reads",
        "returns": "Stream",
    }
    found = method(planned(with_line(**line)), "read")
    assert signature(found) == [
        *("shelf_id: str | HasId", "called: str", "*", "from_: int = NOT_GIVEN"),
        *("author_id: str | HasId = NOT_GIVEN", "aloud: bool = NOT_GIVEN"),
        "timeout: float = 5",
    ]
    assert (found.decorator, found.returns, found.is_raw) == ("reads", "Stream", False)


def test_what_is_renamed_is_sent_by_its_name_in_the_document() -> None:
    by_name = {each.name: each for each in planned(MAPPED).constants}
    assert by_name["ADD_BOOK"].renamed == {"from_": "from"}
    assert by_name["ADD_BOOK"].ids == ["author_id"]


def test_types_are_imported_from_where_they_are() -> None:
    mapped = with_line(
        types={"title": "NewBook | Sequence[Any]"},
        takes=["handling"],
        made_by="reads",
        returns="Manager[H]",
    )
    mapped["twins"] |= {"Handler": "handlers", "Manager": "handlers"}
    mapped["generics"] = {"H": "Handler"}
    mapped["keywords"]["handling"] = {"handler": {"type": "H | None", "default": None}}
    written = files.written(planned(mapped))
    plain, asynchronous = (
        written["resources/books.py"],
        written["resources/async_books.py"],
    )
    assert "    from .._api import NewBook\n" in plain
    assert "    from ..objects import Book\n" in plain
    assert "    from collections.abc import Sequence\n" in plain
    assert 'H = TypeVar("H", bound=Handler, default=Handler)' in plain
    assert ") -> Manager[H]:" in plain
    assert 'H = TypeVar("H", bound=AsyncHandler, default=AsyncHandler)' in asynchronous
    assert ") -> AsyncManager[H]:" in asynchronous
    assert "TypeVar" not in written["resources/shelves.py"]
    # What needs its type variable is no keyword of a dictionary.
    assert "handler" not in written["resources/_params.py"]


@pytest.mark.parametrize(("count", "annotation"), [(10, "Kind"), (11, "str")])
def test_a_long_enum_is_written_as_its_type(count: int, annotation: str) -> None:
    given = copy.deepcopy(SHELVES)
    schemas = given["components"]["schemas"]
    schemas["Kind"] = {**TEXT, "enum": [f"kind{n}" for n in range(count)]}
    schemas["NewBook"]["properties"]["kind"] = ref("Kind")
    found = signature(method(planned(MAPPED, given), "add"))
    assert f"kind: {annotation} = NOT_GIVEN" in found


def test_an_operation_has_one_constant_named_after_its_first_method() -> None:
    for line in ({}, {"made_by": "reads"}):
        constants = planned(with_line(**line)).constants
        assert [(each.name, each.method) for each in constants] == [
            ("ADD_BOOK", "shelves.books.add"),
            ("LIST_BOOKS", "shelves.books.list"),
            ("GET_BOOK", "shelves.books.get"),
        ]


def test_operations_without_a_line_and_lines_without_use_are_said() -> None:
    mapped = copy.deepcopy(MAPPED)
    books = mapped["resources"]["shelves"]["resources"]["books"]
    del books["methods"]["get"]
    mapped["ids"].append("autor_id")
    mapped["results"]["Bok"] = "objects.Bok"
    plan = planned(mapped)
    assert plan.unmapped == ["getBook"]
    assert plan.unused == [
        "no method has an argument book_id",
        "no method has an argument autor_id; is author_id meant?",
        "the document has no model Bok; is Book meant?",
    ]


def test_all_files_are_python_and_say_where_they_come_from() -> None:
    written = files.written(planned(with_line(streams=True)))
    assert {*written} == {
        *("_keywords.py", "_operations.py", "_usual.py"),
        *("resources/_client.py", "resources/_params.py"),
        *("resources/_raw.py", "resources/_streamed.py"),
        *("resources/shelves.py", "resources/async_shelves.py"),
        *("resources/books.py", "resources/async_books.py"),
    }
    for text in written.values():
        assert text.startswith(HEADER)
        ast.parse(text)
        assert max(map(len, text.splitlines())) <= 88
        assert "\n\n\n\n" not in text


def test_hostile_words_stay_words() -> None:
    hostile = copy.deepcopy(SHELVES)
    spoilt = '"""\n    import os\n\\" \N{RIGHT-TO-LEFT OVERRIDE}'
    properties = hostile["components"]["schemas"]["NewBook"]["properties"]
    properties["title"]["description"] = spoilt
    properties['"a\\'] = {**TEXT, "description": spoilt}
    written = files.written(planned(MAPPED, hostile))
    tree = ast.parse(written["resources/books.py"])
    assert not [node for node in ast.walk(tree) if isinstance(node, ast.Import)]
    assert "\N{RIGHT-TO-LEFT OVERRIDE}" not in written["resources/books.py"]
    assert '"a": \'"a\\\\\'' in written["_operations.py"]


# --- What can't be -------------------------------------------------------------------

WRONG_LINES: list[tuple[dict[str, Any], str]] = [
    ({"operation": "adBook"}, "no operation adBook; is addBook meant"),
    ({"operation": 5}, "operation must be text, not 5"),
    ({"operatoin": "addBook"}, "no 'operatoin' here; is operation meant"),
    ({"without": ["titel"]}, "addBook has no argument titel; is title meant"),
    ({"types": {"titel": "int"}}, "addBook has no argument titel"),
    ({"names": {"titel": "a"}}, "addBook has no argument titel"),
    ({"ids": ["titel"]}, "addBook has no argument titel"),
    ({"positional": ["titel"]}, "addBook has no argument titel"),
    ({"takes": ["readin"]}, "no group of keywords readin; is reading meant"),
    ({"types": {"title": "Lenght"}}, "nothing says where Lenght comes from"),
    ({"names": {"title": "stream"}}, "two arguments would both be called stream"),
    ({"names": {"title": "timeout"}}, "two arguments would both be called timeout"),
    ({"pages": "all"}, "pages are cursor or single, not 'all'"),
    ({"pages": "single"}, "Book is no page: it has no list of data"),
    ({"made_by": "callz"}, "no decorator callz; is calls meant"),
    ({"streams": True, "without": ["stream"]}, "has no argument stream, and can't"),
    ({"streams": "yes"}, "streams must be true or false"),
]


@each_case(("line", "message"), WRONG_LINES)
def test_a_wrong_line_is_an_error_that_says_what_and_where(
    line: dict[str, Any], message: str
) -> None:
    with pytest.raises(SpecError, match=message) as caught:
        planned(with_line(**line))
    if "nothing says" not in message:
        assert "$.resources.shelves.resources.books.methods.read" in str(caught.value)

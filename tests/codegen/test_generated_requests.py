"""Parameters and bodies, as generated code writes them into requests."""

from __future__ import annotations

import string
from typing import TYPE_CHECKING, Any

import pytest

from tests.codegen.specs import (
    BINARY,
    FLAG,
    FORM,
    JSON,
    NUMBER,
    TEXT,
    URLENCODED,
    Document,
    array,
    document,
    obj,
    operation,
    parameter,
    ref,
    refusal,
    sending,
)

if TYPE_CHECKING:
    from tests.codegen.conftest import Make


# --- Parameters --------------------------------------------------------------------


def named(number: int) -> str:
    """Return the name of one of several operations."""
    return f"send_{string.ascii_lowercase[number]}"


QUERIES: list[tuple[Document, Any, list[tuple[str, str]]]] = [
    (parameter("q"), "a b&c", [("q", "a b&c")]),
    (parameter("q", schema=NUMBER), 5, [("q", "5")]),
    (parameter("q", schema=FLAG), True, [("q", "true")]),
    (parameter("q", schema=array(TEXT)), ["a", "b,c"], [("q", "a"), ("q", "b,c")]),
    (
        parameter("q[]", schema=array(FLAG)),
        [True, False],
        [("q[]", "true"), ("q[]", "false")],
    ),
    (parameter("q", schema=array(TEXT)), [], []),
    (parameter("q", schema=array(NUMBER), explode=False), [1, 2], [("q", "1,2")]),
    (
        parameter("q", schema=ref("O")),
        {"a": 1, "b": True},
        [("a", "1"), ("b", "true")],
    ),
    (
        parameter("q", schema=ref("O"), explode=False),
        {"a": 1, "b": "x"},
        [("q", "a,1,b,x")],
    ),
    (
        parameter("q", schema=ref("O"), style="deepObject"),
        {"a": 1, "b": {"c": [1, 2]}, "d": None},
        [("q[a]", "1"), ("q[b][c][]", "1"), ("q[b][c][]", "2")],
    ),
    (
        {"name": "q", "in": "query", "content": {JSON: {"schema": ref("O")}}},
        {"a": [1]},
        [("q", '{"a": [1]}')],
    ),
    (parameter("q", schema={**TEXT, "nullable": True}), None, []),
    (parameter("q", schema={**TEXT, "default": "x"}), "omitted", []),
]


@pytest.fixture(scope="module")
def of_queries(make: Make) -> Any:
    """Build an operation for each of the parameters above; return the package."""
    paths = {
        f"/{number}": {"post": operation(named(number), given)}
        for number, (given, _, _) in enumerate(QUERIES)
    }
    return make(document(paths, O=obj(a=NUMBER, b={}, d={})))


@pytest.mark.parametrize("number", range(len(QUERIES)))
def test_query_parameters(of_queries: Any, number: int) -> None:
    _, value, pairs = QUERIES[number]
    module = getattr(of_queries.api.things, named(number))
    request = module.build_request(**({} if value == "omitted" else {"q": value}))
    assert request.query == pairs
    if isinstance(value, dict):
        model = of_queries.models.O.from_dict(value)
        assert module.build_request(q=model) == request


def test_parameters_of_all_places_and_their_defaults(make: Make) -> None:
    module = sending(
        make,
        parameter("id", "path"),
        parameter("q", required=True),
        parameter("X-Trace-Id", "header"),
        parameter("X-Flags", "header", array(FLAG)),
        parameter("session", "cookie"),
        path="/a/{id}/b",
    )
    request = module.build_request("x/ü", q="1")
    assert (request.method, request.path) == ("POST", "/a/x%2F%C3%BC/b")
    assert (request.query, request.headers, request.cookies) == ([("q", "1")], {}, {})
    request = module.build_request(
        "x", q="1", x_trace_id="t", x_flags=[True, False], session="s"
    )
    assert request.headers == {"X-Trace-Id": "t", "X-Flags": "true,false"}
    assert request.cookies == {"session": "s"}
    with pytest.raises(TypeError, match="q"):
        module.build_request("x")
    for empty in ("", ".", "..", None):
        with pytest.raises(ValueError, match="id must be an id"):
            module.build_request(empty, q="1")


def test_parameters_of_the_path_item_are_shared_and_overridden(make: Make) -> None:
    item = {
        "parameters": [parameter("id", "path"), parameter("q", schema=NUMBER)],
        "get": operation("getIt", parameter("q", schema=array(TEXT))),
        "put": operation("putIt"),
    }
    things = make(document({"/a/{id}": item})).api.things
    assert things.get_it.build_request("x", q=["a", "b"]).query == [
        ("q", "a"),
        ("q", "b"),
    ]
    assert things.put_it.build_request("x", q=1).query == [("q", "1")]


def test_equal_names_in_several_places_are_told_apart(make: Make) -> None:
    places = ("path", "query", "header", "cookie")
    module = sending(make, *(parameter("id", p) for p in places), path="/{id}")
    names = [n for n in module.build_request.__annotations__ if n != "return"]
    assert names == ["id", "id_query", "id_header", "id_cookie"]
    request = module.build_request("p", id_query="q", id_header="h", id_cookie="c")
    assert (request.path, request.query) == ("/p", [("id", "q")])
    assert (request.headers, request.cookies) == ({"id": "h"}, {"id": "c"})


def test_names_that_python_has_taken_are_given_another(make: Make) -> None:
    names = ["from", "class", "body", "client", "media_type", "self", "$top", "1st"]
    module = sending(
        make, *(parameter(name) for name in names), body={JSON: {"schema": TEXT}}
    )
    arguments = [n for n in module.build_request.__annotations__ if n != "return"]
    values = {name: f"of {name}" for name in arguments if name != "body"}
    request = module.build_request(body="x", **values)
    assert [name for name, _ in request.query] == names
    assert [value for _, value in request.query] == [*values.values()]


PATHS = ["/", "/a:run", "/a/{id}.json", "/a/{x-y}/{x.y}", "/a%20b/'\"\\/{1}", "//a"]


def placeholders(path: str) -> list[str]:
    return [part.split("}")[0] for part in path.split("{")[1:]]


@pytest.fixture(scope="module")
def of_paths(make: Make) -> Any:
    """Build an operation for each of the paths above; return their modules."""
    operations = {
        path: {
            "post": operation(
                named(number),
                *(parameter(name, "path") for name in placeholders(path)),
            )
        }
        for number, path in enumerate(PATHS)
    }
    return make(document(operations)).api.things


@pytest.mark.parametrize("path", PATHS)
def test_paths_are_kept_as_they_are(of_paths: Any, path: str) -> None:
    names = placeholders(path)
    module = getattr(of_paths, named(PATHS.index(path)))
    request = module.build_request(*(f"<{name}>" for name in names))
    expected = path
    for name in names:
        expected = expected.replace(f"{{{name}}}", f"%3C{name}%3E")
    assert request.path == expected


def test_an_argument_can_t_pose_as_a_placeholder(make: Make) -> None:
    module = sending(
        make, parameter("a", "path"), parameter("b", "path"), path="/{a}/{b}"
    )
    assert module.build_request("{b}", "%7Bb%7D/x").path == "/%7Bb%7D/%257Bb%257D%2Fx"


LIST, OBJECT = ["a b", "c/d"], {"x": 1, "y": "é"}
STYLES: list[tuple[str, str, bool, Any, str]] = [
    ("path", "simple", False, LIST, "/a%20b,c%2Fd"),
    ("path", "simple", True, LIST, "/a%20b,c%2Fd"),
    ("path", "simple", False, OBJECT, "/x,1,y,%C3%A9"),
    ("path", "simple", True, OBJECT, "/x=1,y=%C3%A9"),
    ("path", "label", False, "a.b", "/.a.b"),
    ("path", "label", False, LIST, "/.a%20b,c%2Fd"),
    ("path", "label", True, LIST, "/.a%20b.c%2Fd"),
    ("path", "label", True, OBJECT, "/.x=1.y=%C3%A9"),
    ("path", "matrix", False, "a;b", "/;q=a%3Bb"),
    ("path", "matrix", False, LIST, "/;q=a%20b,c%2Fd"),
    ("path", "matrix", True, LIST, "/;q=a%20b;q=c%2Fd"),
    ("path", "matrix", True, OBJECT, "/;x=1;y=%C3%A9"),
    ("query", "spaceDelimited", False, LIST, "q=a%20b%20c%2Fd"),
    ("query", "pipeDelimited", False, LIST, "q=a%20b%7Cc%2Fd"),
    ("query", "pipeDelimited", False, OBJECT, "q=x%7C1%7Cy%7C%C3%A9"),
    ("query", "pipeDelimited", True, LIST, "q=a b&q=c/d"),
    ("header", "simple", False, OBJECT, "q: x,1,y,é"),
    ("header", "simple", True, OBJECT, "q: x=1,y=é"),
    ("header", "simple", True, LIST, "q: a b,c/d"),
]


@pytest.fixture(scope="module")
def styled(make: Make) -> Any:
    paths = {}
    for number, (place, style, explode, _, _) in enumerate(STYLES):
        given = parameter("q", place, schema={}, style=style, explode=explode)
        path = f"/x{number}/{{q}}" if place == "path" else f"/x{number}"
        paths[path] = {"get": operation(f"x{number}", given)}
    return make(document(paths)).api.things


@pytest.mark.parametrize("number", range(len(STYLES)))
def test_parameters_are_written_in_every_style(styled: Any, number: int) -> None:
    place, _, _, value, wanted = STYLES[number]
    request = getattr(styled, f"x{number}").build_request(q=value)
    found = {
        "path": request.path.removeprefix(f"/x{number}"),
        "query": "&".join("=".join(pair) for pair in request.query),
        "header": "".join(f"{k}: {v}" for k, v in request.headers.items()),
    }
    assert found[place] == wanted


def test_an_empty_argument_of_a_path_is_refused_in_every_style(styled: Any) -> None:
    tried = 0
    nothing: list[Any] = [[], {}, "", None]
    for number, (place, *_) in enumerate(STYLES):
        for empty in nothing if place == "path" else []:
            with pytest.raises(ValueError, match="q must be an id"):
                getattr(styled, f"x{number}").build_request(q=empty)
            tried += 1
    assert tried == 48


def test_a_header_of_an_empty_list_or_object_is_not_sent(make: Make) -> None:
    given = (
        parameter("a", "header", array(TEXT)),
        parameter("b", "header", obj(x=TEXT)),
    )
    build = sending(make, *given).build_request
    assert build(a=[], b={}).headers == {}
    assert build(a=[""], b={"x": ""}).headers == {"a": "", "b": "x,"}


def test_an_argument_in_a_language_that_is_not_json_is_a_text(make: Make) -> None:
    content = {"application/xml": {"schema": obj(a=TEXT)}}
    given = {"name": "q", "in": "query", "content": content}
    build = sending(make, given).build_request
    assert build.__annotations__["q"] == "str | Unset"
    assert build(q="<a/>").query == [("q", "<a/>")]


@pytest.mark.parametrize("style", ["matrix", "label"])
def test_styles_that_are_not_written_are_refused_by_place(style: str) -> None:
    wrong = parameter("q", schema=array(TEXT), style=style)
    said = refusal(document({"/a": {"get": operation("a", wrong)}}))
    assert said.startswith("$.paths['/a'].get.parameters[0]: the style ")
    assert style in said


# --- Bodies ------------------------------------------------------------------------


def test_a_body_is_json_of_dicts_models_and_what_is_in_them(make: Make) -> None:
    inner = {"Inner": obj(x=NUMBER), "Outer": obj(inner=ref("Inner"), more=array({}))}
    module = sending(make, body={JSON: {"schema": ref("Outer")}}, schemas=inner)
    models = __import__(module.__name__.split(".")[0]).models
    wanted = {"inner": {"x": 1}, "more": [{"x": 2}, None]}
    given = models.Outer(inner=models.Inner(x=1), more=[models.Inner(x=2), None])
    mixed = {"inner": models.Inner(x=1), "more": [models.Inner(x=2), None]}
    for body in (wanted, given, mixed):
        assert module.build_request(body=body).json == wanted


def test_an_optional_body_is_absent_unless_given(make: Make) -> None:
    given = document({"/a": {"post": operation("sendIt", body={JSON: {"schema": {}}})}})
    del given["paths"]["/a"]["post"]["requestBody"]["required"]
    package = make(given)
    module = package.api.things.send_it
    assert module.build_request().json is package.UNSET
    assert module.build_request(body=None).json is None
    assert module.build_request(body=[]).json == []


OPTIONAL: list[tuple[str, str, Any, bool]] = [
    ("post", JSON, obj(a=TEXT), True),
    ("put", JSON, ref("Free"), True),
    ("patch", JSON, {"allOf": [ref("Free"), obj(b=TEXT)]}, True),
    ("post", "application/json; charset=utf-8", obj(a=TEXT), True),
    ("post", JSON, obj("a", a=TEXT), False),
    ("post", JSON, {"allOf": [ref("Free"), obj("b", b=TEXT)]}, False),
    ("post", JSON, {**obj(a=TEXT), "minProperties": 1}, False),
    ("post", JSON, array(TEXT), False),
    ("post", JSON, TEXT, False),
    ("post", JSON, {"oneOf": [obj("a", a=TEXT), obj("b", b=TEXT)]}, False),
    ("post", "application/vnd.x+json", obj(a=TEXT), False),
    ("delete", JSON, obj(a=TEXT), False),
]


def test_an_optional_body_is_absent_or_an_empty_object(make: Make) -> None:
    paths: Document = {}
    for number, (method, media_type, schema, _) in enumerate(OPTIONAL):
        made = operation(named(number), body={media_type: {"schema": schema}})
        del made["requestBody"]["required"]
        paths[f"/{number}"] = {method: made}
    package = make(document(paths, Free=obj(a=TEXT)))
    for number, (*_, sends_one) in enumerate(OPTIONAL):
        module = getattr(package.api.things, named(number))
        # Servers parse what they may be sent, though it needn't be.
        expected = {} if sends_one else package.UNSET
        assert module.build_request().json == expected, OPTIONAL[number]
        assert module.build_request(body=package.UNSET).json == expected
        assert module.build_request(body={"a": "b"}).json == {"a": "b"}


@pytest.mark.parametrize(
    "media_type", ["application/merge-patch+json", "application/vnd.x+json; v=1"]
)
def test_json_by_another_name_is_sent_by_that_name(make: Make, media_type: str) -> None:
    module = sending(make, body={media_type: {"schema": obj(a=TEXT)}})
    request = module.build_request(body={"a": "x"})
    assert request.json == {"a": "x"}
    assert request.headers == {"Content-Type": media_type}


def test_one_of_several_media_types_is_chosen_by_name(make: Make) -> None:
    content = {
        "text/plain": {"schema": TEXT},
        FORM: {"schema": ref("Thing")},
        "application/octet-stream": {"schema": BINARY},
        URLENCODED: {"schema": ref("Thing")},
        JSON: {"schema": ref("Thing")},
    }
    module = sending(make, body=content, schemas={"Thing": obj(a=NUMBER)})
    unset = __import__(module.__name__.split(".")[0]).UNSET

    def request(**options: Any) -> Any:
        return module.build_request(body={"a": 1}, **options)

    assert request().json == {"a": 1}
    assert request(media_type=JSON) == request()
    assert request(media_type=FORM).files == [("a", (None, b"1", None))]
    assert request(media_type=URLENCODED).data == {"a": "1"}
    assert request(media_type=URLENCODED).json is unset
    for kind in ("text/plain", "application/octet-stream"):
        found = module.build_request(body=b"x", media_type=kind)
        assert (found.content, found.headers) == (b"x", {"Content-Type": kind})
        assert {found.json, found.data, found.files} == {unset}

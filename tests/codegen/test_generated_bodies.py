"""Bodies, as generated code writes them into requests."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.codegen.specs import (
    JSON,
    TEXT,
    array,
    document,
    obj,
    operation,
    ref,
)

if TYPE_CHECKING:
    from tests.codegen.conftest import Make
from tests.codegen.sending import BINARY, FORM, NUMBER, URLENCODED, sending


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

"""Configurations: what they may say, what is refused, and what comes of it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import httpx
import pytest

from codegen import config
from codegen.attempts import Wishes, attempt, prepared
from codegen.errors import BuildError, SpecError
from tests.codegen.packages import imported
from tests.codegen.specs import (
    EVERYTHING,
    NUMBER,
    ROOT,
    TEXT,
    Document,
    array,
    document,
    obj,
    operation,
    parameter,
    ref,
    written,
)
from tests.docs.pages import all_pages

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from codegen.adjustments import Adjustments
    from codegen.plan import Package
    from tests.codegen.conftest import Answer

ACME = "application/vnd.acme"
GUIDE = next(page for page in all_pages() if page.name == "regenerating")
# The guide's own example.
EVERYTHING_SAID = GUIDE.examples("toml")[0].parsed
REPAIRS = """
- target: $.paths['/pets'].get
  description: They forgot it.
  update: { deprecated: true }
"""


def pets() -> Document:
    pet = obj("clientId", clientId=TEXT, born={**NUMBER, "format": "epoch"},
              name={**TEXT, "format": "shout"})  # fmt: skip
    size = parameter("page[size]", schema=NUMBER)
    answer = {"description": "", "content": {ACME: {"schema": array(ref("Pet_v2"))}}}
    return document(
        {
            "/pets": {
                "get": operation("x", size, responses={"200": answer}, tag="Pets & Co")
            },
            "/one": {"get": operation("getOne", schema=ref("Pet_v2"))},
            "/beta": {"get": operation("old")},
        },
        Pet_v2=pet,
    )


@pytest.fixture
def project(tmp_path: Path) -> Path:
    written(tmp_path, pets(), "pets.yaml")
    (tmp_path / "repairs.yaml").write_text(REPAIRS, encoding="utf-8")
    (tmp_path / "codegen.toml").write_text(EVERYTHING_SAID, encoding="utf-8")
    return tmp_path


def planned(adjustments: Adjustments) -> Package:
    given, _ = prepared(pets(), None)
    return attempt(given, Wishes(EVERYTHING, adjustments=adjustments)).package


def adjustments(text: str, tmp_path: Path) -> Adjustments:
    path = tmp_path / "some.toml"
    path.write_text(text, encoding="utf-8")
    return config.load(path).adjustments


def test_a_mark_before_the_file_is_no_part_of_it(tmp_path: Path) -> None:
    """Editors and shells of Windows put one before a text in UTF-8."""
    (tmp_path / "some.toml").write_text('\ufeffname = "pets"\r\n', encoding="utf-8")
    assert config.load(tmp_path / "some.toml").options["name"] == "pets"


def test_a_configuration_says_all_that_options_say_and_more(
    run: Callable[..., Answer], project: Path
) -> None:
    answer = run("build", "--config", project / "codegen.toml")
    assert answer.code == 3, answer.err
    assert run("check", "--config", project / "codegen.toml").code == 0
    with imported(project / "client" / "pet_store") as package:
        operation = package.api.pets.list_pets
        with pytest.warns(DeprecationWarning, match="pets.list_pets is deprecated"):
            request = operation.build_request(page_size=3)
        assert request.query == [("page[size]", "3")]
        pet = package.models.Pet.from_dict({"clientId": "c", "born": 0})
        assert pet.customer == "c"
        assert pet.born_datetime.year == 1970
        assert pet.to_dict() == {"clientId": "c", "born": 0}
        assert package.api.things.get_one.build_request().path == "/one"
        came = httpx.Response(
            200, text='[{"clientId": "d"}]', headers={"content-type": ACME}
        )
        assert operation.parse_response(came)[0].customer == "d"


@pytest.mark.parametrize(
    ("read_as", "came", "value"),
    [
        ("application/json", '{"a": "b"}', "A(a='b')"),
        ("text/plain", "plain", "'plain'"),
        ("application/x-ndjson", '{"a": "b"}\n{"a": "c"}', "[A(a='b'), A(a='c')]"),
    ],
)
def test_a_media_type_is_read_as_another_one(
    run: Callable[..., Answer], tmp_path: Path, read_as: str, came: str, value: str
) -> None:
    content = {
        "application/json": {"schema": obj(other=TEXT)},
        ACME: {"schema": ref("A")},
    }
    answer = {"description": "", "content": content}
    post = operation("x", responses={"200": answer}, body={ACME: {"schema": ref("A")}})
    spec = written(tmp_path, document({"/x": {"post": post}}, A=obj(a=TEXT)))
    settings = tmp_path / "codegen.toml"
    settings.write_text(f'[media-types]\n"{ACME}" = "{read_as}"\n', encoding="utf-8")
    order = ["--spec", spec, "--out", str(tmp_path / "o"), "--name", "m"]
    assert run("build", "--config", settings, *order).code == 0
    with imported(tmp_path / "o" / "m") as package:
        found = package.api.things.x.parse_response(
            httpx.Response(200, text=came, headers={"content-type": ACME})
        )
        assert repr(found) == value
        request = package.api.things.x.build_request(body=package.models.A(a="b"))
        assert request.headers["Content-Type"] == ACME


def test_options_come_before_the_configuration(
    run: Callable[..., Answer], project: Path
) -> None:
    out = project / "elsewhere"
    answer = run(
        *("build", "--config", project / "codegen.toml", "--out", out),
        *("--name", "other", "--tag", "things"),
    )
    assert answer.code == 3, answer.err
    assert (out / "other" / "api" / "things").is_dir()
    assert not (out / "other" / "api" / "pets").exists()


def test_a_project_may_have_it_in_its_pyproject(
    run: Callable[..., Answer], project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    table = '[tool.assistants-codegen]\nspec = "pets.yaml"\nout = "mine"\nname = "m"\n'
    (project / "pyproject.toml").write_text(table, encoding="utf-8")
    monkeypatch.chdir(project)
    assert run("build").code == 0
    assert (project / "mine" / "m" / "py.typed").is_file()
    assert run("build", "--config", "pyproject.toml").code == 0
    (project / "pyproject.toml").write_text("[tool.other]\n", encoding="utf-8")
    refused = run("build", "--config", "pyproject.toml")
    assert (refused.code, "no table" in refused.err) == (2, True)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("overlay = []", "there is no key overlay; is overlays meant?"),
        ("[name.schemas]\na = 'b'", "name must be a text"),
        ("[names]\nschema = {}", "no key names.schema; is schemas meant?"),
        ("[names.tags]\na = 1", "names.tags must be a table of texts"),
        ("[package]\nlicence = 'MIT'", "no key package.licence; is license meant?"),
        ("skip = 'x'", "skip must be a list of texts, not 'x'"),
        ("skip-broken = 1", "skip-broken must be true or false"),
        ("formats = 5", "formats must be a table"),
        ("[formats]\na = 5", "formats.a must be a text"),
        ("a = ", "is not TOML"),
    ],
)
def test_what_is_not_in_the_schema_is_refused(
    text: str, said: str, tmp_path: Path
) -> None:
    with pytest.raises(BuildError) as caught:
        adjustments(text, tmp_path)
    assert said in str(caught.value)


@pytest.mark.parametrize(
    ("table", "name", "close"),
    [
        ("names.schemas", "Pet_v3", "Pet_v2"),
        ("names.properties", "Pet_v2.client_id", "Pet_v2.clientId"),
        ("names.operations", "getOn", "getOne"),
        ("names.operations", "POST /pets", "GET /pets"),
        ("names.parameters", "x.page", "x.page[size]"),
        ("names.tags", "Pets", "Pets & Co"),
        ("formats", "epoche", "epoch"),
        ("media-types", "application/acme", ACME),
    ],
)
def test_a_name_that_the_document_lacks_is_refused(
    table: str, name: str, close: str, tmp_path: Path
) -> None:
    wanted = adjustments(f'[{table}]\n"{name}" = "y"\n', tmp_path)
    with pytest.raises(SpecError) as caught:
        planned(wanted)
    assert f"is {close} meant?" in str(caught.value)


def test_names_that_are_wanted_meet_as_others_do(tmp_path: Path) -> None:
    text = '[names.properties]\n"Pet_v2.name" = "clientId"\n'
    package = planned(adjustments(text, tmp_path))
    (model,) = package.schemas
    names = {field.key: field.name for field in model.fields}
    assert names == {"clientId": "client_id", "born": "born", "name": "name"}
    assert "'clientId' needs client_id" in package.notes[0]


def test_every_key_of_the_schema_is_in_the_guide() -> None:
    guide = (ROOT / GUIDE.path).read_text("utf-8")
    keys = [key for table in config.TABLES.values() for key in table]
    missing = [k for k in keys if k != "*" and not re.search(rf"\b{k}\b", guide)]
    assert missing == []

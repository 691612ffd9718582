"""The generator as it is installed, and a distribution that it makes."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tomllib
import zipfile
from email import message_from_bytes
from pathlib import Path
from typing import TYPE_CHECKING, Any
from unittest import mock

import httpx
import pytest
from hatchling.builders.wheel import WheelBuilder

from codegen import distribution
from codegen.paths import LICENCE
from tests.cases import each_case
from tests.codegen.packages import imported
from tests.codegen.specs import (
    ROOT,
    TEXT,
    Document,
    document,
    obj,
    operation,
    ref,
    tree,
    written,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.codegen.conftest import Answer

METADATA = """
[package]
name = "pet-store"
version = "1.2rc1"
description = "Pets, \\"typed\\""
license = "MIT"
authors = ["Jane Roe <jane@example.test>", "Joe"]
keywords = ["pets"]
urls = { Home = "https://example.test" }
"""


def given(tmp_path: Path, version: Any = "2.0") -> str:
    found = document(
        {"/pets": {"get": operation("list_pets", schema=ref("Pet"))}}, Pet=obj(a=TEXT)
    )
    licence = {"name": 'Free "as in beer"\nx', "identifier": "Apache-2.0"}
    found["info"] = {"title": 'Pets "x"\n', "version": version, "license": licence}
    return written(tmp_path, found)


def wheel_of(folder: Path, target: Path) -> Path:
    """Build a wheel as pip does, and unpack it where it can be imported."""
    (made,) = WheelBuilder(str(folder)).build(directory=str(target / "dist"))
    with zipfile.ZipFile(made) as archive:
        archive.extractall(target)
    return Path(made)


def test_the_generator_is_installed_and_its_package_is_built_and_called(
    tmp_path: Path,
) -> None:
    installed, out = tmp_path / "site", tmp_path / "out"
    wheel_of(ROOT / "codegen", installed)
    (entry,) = installed.glob("*.dist-info/entry_points.txt")
    assert "assistants-codegen = codegen.__main__:main" in entry.read_text("utf-8")
    command = [
        *(sys.executable, "-P", "-c", "from codegen.__main__ import main; main()"),
        *("build", "--spec", given(tmp_path), "--out", "out", "--package"),
        *("--name", "pet_store"),
    ]
    # Nothing of the repository is in sight.
    paths = {**os.environ, "PYTHONPATH": str(installed)}
    done = subprocess.run(
        command, cwd=tmp_path, env=paths, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert "built 1 operation and 1 model in " in done.stdout
    assert ": 1 operation, 1 model. It\n" in (out / "README.md").read_text("utf-8")
    alone = [*command[:4], "diff", given(tmp_path)]
    done = subprocess.run(
        alone, cwd=tmp_path, env=paths, capture_output=True, text=True, check=False
    )
    said = "error: NEW is needed: a document to compare OLD with\n"
    assert (done.returncode, done.stderr) == (2, said)
    wheel = wheel_of(out, tmp_path / "wheel")
    assert wheel.name == "pet_store-2.0-py3-none-any.whl"
    assert {*tree(out / "pet_store")} == {*tree(tmp_path / "wheel" / "pet_store")}
    with imported(tmp_path / "wheel" / "pet_store") as package:
        answer = httpx.MockTransport(lambda _: httpx.Response(200, json={"a": "b"}))
        http = httpx.Client(transport=answer)
        client = package.Client(base_url="https://pets.test", http_client=http)
        read = package.api.things.list_pets.sync(client=client)
        assert read == package.models.Pet(a="b")


@each_case(
    ("security", "servers", "made"),
    [
        ([], [], 'Client(base_url="https://...")'),
        ([], [{"url": "https://pets.test"}], "Client()"),
        ([{"key": []}], [{"url": "/v1"}], 'Credentials(key="...")'),
        (
            [{"tls": []}, {"user": [], "key": []}],
            [],
            '(key="...", user=("user", "password"))',
        ),
        ([{}, {"key": []}], [{"url": "https://pets.test"}], "Client()"),
    ],
)
def test_the_readme_begins_with_a_call_that_can_be_made(
    run: Callable[..., Answer], tmp_path: Path,
    security: list[Document], servers: list[Document], made: str,
) -> None:  # fmt: skip
    old = {**operation("old_pets", schema=ref("Pet")), "deprecated": True}
    found = document(
        {"/pets": {"get": operation("list_pets", schema=ref("Pet"))},
         "/old": {"get": old}}, Pet=obj(a=TEXT),
    )  # fmt: skip
    found |= {"security": security, "servers": servers}
    found["components"]["securitySchemes"] = {
        "key": {"type": "apiKey", "in": "header", "name": "X-Key"},
        "user": {"type": "http", "scheme": "basic"},
        "tls": {"type": "mutualTLS"},
    }
    out = tmp_path / "out"
    answer = run(
        *("build", "--spec", written(tmp_path, found), "--out", out, "--package"),
        *("--name", "pets"),
    )
    assert answer.code == 0, answer.err
    readme = (out / "README.md").read_text("utf-8")
    assert made in readme
    assert "old_pets" not in readme
    (code,) = re.findall(r"```python\n(.+?)```", readme, re.DOTALL)
    sent: list[str] = []
    names: dict[str, Any] = {}

    def send(self: httpx.Client, request: httpx.Request, **_: Any) -> httpx.Response:
        sent.append(request.url.path)
        return httpx.Response(200, json={"a": "b"}, request=request)

    with mock.patch.object(httpx.Client, "send", send), imported(out / "pets"):
        exec(code.replace('"https://..."', '"https://pets.test"'), names)
    assert names["result"].a == "b"
    assert sent == ["/pets"]


def test_the_wheel_of_the_generator_has_all_of_it() -> None:
    ours = {path for path in tree(ROOT / "codegen") if path.endswith((".py", ".jinja"))}
    builder = WheelBuilder(str(ROOT / "codegen"))
    shipped = {file.distribution_path for file in builder.recurse_included_files()}
    assert {f"codegen/{path}" for path in ours} <= shipped
    assert LICENCE.read_bytes() == (ROOT / "LICENSE").read_bytes()


def test_metadata_is_what_the_configuration_says(
    run: Callable[..., Answer], tmp_path: Path
) -> None:
    config = tmp_path / "codegen.toml"
    config.write_text(METADATA, encoding="utf-8")
    out = tmp_path / "out"
    answer = run(
        *("build", "--config", config, "--spec", given(tmp_path)),
        *("--out", out, "--name", "pets"),
    )
    assert answer.code == 0, answer.err
    wheel = wheel_of(out, tmp_path / "wheel")
    assert wheel.name == "pet_store-1.2rc1-py3-none-any.whl"
    (found,) = (tmp_path / "wheel").glob("*.dist-info/METADATA")
    metadata = message_from_bytes(found.read_bytes())
    assert metadata["Summary"] == 'Pets, "typed"'
    assert metadata["License-Expression"] == "MIT"
    assert metadata["License-File"] == "NOTICE"
    assert metadata["Author-email"] == "Jane Roe <jane@example.test>"
    assert metadata["Author"] == "Joe"
    assert metadata["Project-URL"] == "Home, https://example.test"
    needed = metadata.get_all("Requires-Dist", [])
    assert "httpx<1,>=0.27" in needed
    assert not any("dateutil" in each for each in needed)
    notice = (out / "NOTICE").read_text("utf-8")
    assert '    Free "as in beer" x\n    Apache-2.0\n' in notice


def test_what_the_generated_needs_is_what_ours_needs() -> None:
    ours = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    needed = {*ours["dependencies"], *ours["optional-dependencies"]["httpx2"]}
    said = {*distribution._NEEDED, *distribution._LIBRARIES.values()}
    assert {*said, distribution._TIMES} <= needed


@each_case(
    ("version", "found", "is_said"),
    [
        ("1.2.3", "1.2.3", False),
        (1.5, "1.5", False),
        ("v2", "2", True),
        ("1.0.0-beta.2", "1.0.0b2", True),
        ("2024-08-06", "2024.8.6", True),
        ("latest", "0", True),
        ("", "0", True),
        ("9" * 40 + "x", "9" * 18 + "." + "9" * 18 + "." + "9" * 4, True),
    ],
)
def test_a_version_is_written_as_python_has_it(
    version: Any, found: str, is_said: bool
) -> None:
    made, notes = distribution._version(str(version), None)
    assert (made, bool(notes)) == (found, is_said)


@pytest.mark.parametrize(
    ("metadata", "said"),
    [
        ('version = "x"', "package.version: 'x' is no version"),
        ('name = "a b"', "package.name: 'a b' can't name"),
        ('name = "a>1"', "package.name: 'a>1' can't name"),
    ],
)
def test_metadata_that_is_none_is_refused(
    run: Callable[..., Answer], tmp_path: Path, metadata: str, said: str
) -> None:
    config = tmp_path / "codegen.toml"
    config.write_text(f"[package]\n{metadata}\n", encoding="utf-8")
    order = ["--spec", given(tmp_path), "--out", str(tmp_path / "out"), "--name", "p"]
    answer = run("build", "--config", config, *order)
    assert (answer.code, said in answer.err) == (2, True), answer.err
    assert not (tmp_path / "out").exists()

"""From upstream's document of 2025 to the one of 2026, by `scripts/update-spec` alone.

In a copy of the repository that has been brought back to 2025: what comes out has to be
what the repository holds.
"""

from __future__ import annotations

import ast
import json
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest

from codegen import source
from codegen.pipeline import Order, build
from codegen.prose import MARKER, places, without_prose
from harness.contract import upstream, upstream_facts
from harness.contract.differences import differences
from scripts.update.checkout import (
    CHANGELOG,
    DIGEST,
    DOCUMENT,
    GENERATED,
    SOURCE_LOCK,
    VERSION,
)
from tests.codegen.specs import ROOT
from tests.codegen.specs import tree as files_of

if TYPE_CHECKING:
    from pathlib import Path

OLD, NEW = "openai-2025-03-22.yaml", upstream.PINNED_COPY
_SCHEMAS = "$.components.schemas"
# Those that fit the form which one of the two documents has.
OF_2025 = [
    f"{_SCHEMAS}.CreateMessageRequest.properties.attachments.required",
    f"{_SCHEMAS}['CreateMessageRequest', 'MessageObject'].properties.attachments.items",
]
_DESCRIBED = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
QUIET = {"GIT_CONFIG_GLOBAL": "/dev/null", "GIT_CONFIG_SYSTEM": "/dev/null"}
BRING_BACK = """
import json, pathlib, sys
from codegen import pin, pipeline, source
from codegen.pipeline import Order, build
from harness.contract import upstream_facts
path = pathlib.Path(sys.argv[1])
print(json.dumps(pin.pin(source.load(path)).undescribed))
# Methods of today name what only the document of today has.
pipeline._methods = lambda *_: {}
pipeline.files.put = lambda *_: []
build(Order(), lambda _: None)
sys.argv = ["upstream_facts", str(path)]
upstream_facts.main()
"""


@dataclass
class Updated:
    """What the update left, and what was there before.

    Attributes:
        root: the copy of the repository.
        said: what the update printed.
        document: openapi.yaml of 2025.
        again: what a second one printed.
        between: the files that the second one changed.
    """

    root: Path
    said: str
    document: dict[str, Any]
    again: str
    between: set[str]


def _run(root: Path, *command: str) -> str:
    paths = os.pathsep.join([str(root), str(root / "generated")])
    done = subprocess.run(
        command,
        cwd=root,
        env={**os.environ, **QUIET, "PYTHONPATH": paths},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-5000:] + done.stderr[-5000:]
    return done.stdout


def test_the_update_gives_what_the_repository_holds(
    tmp_path: Path, subtests: pytest.Subtests
) -> None:
    """One test, because the update itself takes a minute."""
    updated = _updated(tmp_path)
    for check in (
        the_facts_are_those_of_the_pinned_document,
        no_word_of_ours_is_lost_where_both_documents_have_the_place,
        the_code_is_that_of_the_repository_but_for_its_words,
        what_goes_with_it_is_done_once,
        actions_of_the_overlay_that_fit_no_more_are_named,
    ):
        with subtests.test(check.__name__):
            check(updated)


def _updated(folder: Path) -> Updated:
    old, new = upstream.named(OLD), upstream.named(NEW)
    root = folder / "repository"
    listed = _run(ROOT, "git", "ls-files", "--cached", "--others", "--exclude-standard")
    for name in listed.splitlines():
        if (ROOT / name).is_file():
            (root / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, root / name)
    said = _run(root, sys.executable, "-P", "-c", BRING_BACK, str(old))
    # Words for what 2026 alone has go with it; nothing lacks words.
    assert json.loads(said) == []
    _run(root, "git", "init", "--quiet")
    _run(root, "git", "add", ".")
    names = ("-c", "user.name=a", "-c", "user.email=a@b.example")
    _run(root, "git", *names, "commit", "--quiet", "--message", "2025")
    document = source.load(root / DOCUMENT).document
    update = (sys.executable, "-P", "-m", "scripts.update", str(new))
    first = _run(root, *update)
    before = _files(root)
    again = _run(root, *update)
    after = _files(root)
    between = {n for n in before | after if before.get(n) != after.get(n)}
    return Updated(root, first, document, again, between)


def _files(root: Path) -> dict[str, bytes]:
    found = files_of(root).items()
    return {name: data for name, data in found if not name.startswith(".git/")}


def the_facts_are_those_of_the_pinned_document(updated: Updated) -> None:
    found = source.load(updated.root / DOCUMENT).document
    wanted = source.load(ROOT / DOCUMENT).document
    assert without_prose(updated.document) != without_prose(wanted)
    assert repr(without_prose(found)) == repr(without_prose(wanted))
    digest = json.loads((updated.root / DIGEST).read_text("utf-8"))
    assert digest == upstream_facts.load()
    assert differences(upstream_facts.repaired(digest["document"]), found) == []
    lock = json.loads((updated.root / SOURCE_LOCK).read_text("utf-8"))
    assert lock == json.loads((ROOT / SOURCE_LOCK).read_text("utf-8"))


def no_word_of_ours_is_lost_where_both_documents_have_the_place(
    updated: Updated,
) -> None:
    def words(document: dict[str, Any]) -> dict[tuple[str, ...], str]:
        return {key: holder[word] for key, holder, word in places(document)}

    before = words(updated.document)
    found = words(source.load(updated.root / DOCUMENT).document)
    ours = words(source.load(ROOT / DOCUMENT).document)
    assert found.keys() == ours.keys()
    assert len(before.keys() & found.keys()) > 500
    for key, text in found.items():
        assert text == (ours[key] if key in before else MARKER), key
    lacking = [key for key, text in found.items() if text == MARKER]
    assert 0 < len(lacking) < 10
    assert f"describe {len(lacking)} places in openapi.yaml" in updated.said
    assert "test_prose.py::test_every_place_is_described" in updated.said


def the_code_is_that_of_the_repository_but_for_its_words(updated: Updated) -> None:
    wanted_folder = updated.root.parent / "wanted"
    build(Order(target=wanted_folder), lambda _: None)
    found, wanted = files_of(updated.root / GENERATED), files_of(wanted_folder)
    # What the server asks models by comes from a document of its own, and stays.
    other = files_of(ROOT / GENERATED / "upstream")
    assert len(other) > 400
    for name, data in other.items():
        assert found.pop(f"upstream/{name}") == data, name
    assert found.keys() == wanted.keys()
    for name, data in found.items():
        if name.endswith(".py"):
            assert _bare(data) == _bare(wanted[name]), name
        elif not name.endswith(".lock"):
            assert data == wanted[name], name


def _bare(module: bytes) -> str:
    """Return a module without its docstrings, those of attributes included."""
    parsed = ast.parse(module)
    for node in ast.walk(parsed):
        if isinstance(node, _DESCRIBED):
            node.body = [each for each in node.body if not _is_text(each)]
    return ast.dump(parsed)


def _is_text(node: ast.stmt) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)


def what_goes_with_it_is_done_once(updated: Updated) -> None:
    changelog = (updated.root / CHANGELOG).read_text("utf-8")
    ours = (ROOT / CHANGELOG).read_text("utf-8")
    added = changelog.replace(ours.rstrip("\n"), "")
    assert changelog.count("### A new document") == 1
    assert f"`{NEW}` of 2026-08-21, version 2.3.0" in " ".join(added.split())
    assert '`FilePurpose` may now also be `"user_data"`' in added
    # The overlay takes back that upstream advises against the API as a whole.
    assert "deprecated" not in updated.said
    # Something breaks, if little: the version before 1.0 is raised in its middle.
    version = (ROOT / VERSION).read_text("utf-8").split('"')[-2]
    major, minor, _ = version.split(".")
    raised = f"{major}.{int(minor) + 1}.0"
    assert f"the version goes from {version} to {raised}" in updated.said
    assert raised in (updated.root / VERSION).read_text("utf-8")
    assert "nothing changed" in updated.again
    assert updated.between == set()


def actions_of_the_overlay_that_fit_no_more_are_named(updated: Updated) -> None:
    told = "### Actions of codegen/overlay.yaml that find nothing any more\n\n"
    _, _, rest = updated.said.partition(told)
    assert rest.splitlines()[:3] == [*(f"- `{each}`" for each in OF_2025), ""]

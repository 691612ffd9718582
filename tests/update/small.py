"""A repository like ours, of a few operations, to be updated in a moment."""

from __future__ import annotations

import copy
import json
import os
import subprocess
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from codegen import pin, source
from codegen.pipeline import PACKAGE, Order, build
from codegen.select import MODELS
from harness.contract import upstream_facts
from scripts.update.checkout import (
    CHANGELOG,
    CLIENT,
    DIGEST,
    DOCUMENT,
    GENERATED,
    MODEL_API,
    MODEL_LOCK,
    SOURCE_LOCK,
    VERSION,
)
from scripts.update.models import build_models
from tests.codegen.specs import TEXT, Document, const, obj, operation, parameter, ref

if TYPE_CHECKING:
    from collections.abc import Callable

QUIET = {
    "GIT_CONFIG_GLOBAL": "/dev/null",
    "GIT_CONFIG_SYSTEM": "/dev/null",
    "GIT_AUTHOR_NAME": "Somebody",
    "GIT_AUTHOR_EMAIL": "a@b.example",
    "GIT_COMMITTER_NAME": "Somebody",
    "GIT_COMMITTER_EMAIL": "a@b.example",
}
NUMBER = {"type": "integer"}
NAME = "upstream-2025-01-02.json"
CHANGELOG_TEXT = """\
# Changelog

## Unreleased

- Something of ours.

## 0.1.0 - 2025-02-03

- The first version.
"""
METHODS_TEXT = """\
names: { Page: pages, AsyncPages: pages }
decorators: { calls: _base, lists: _base }
at_once: [lists]
pages: { items: data, sync: Page, async: AsyncPages, keywords: bounds }
keywords: { options: {}, bounds: {} }
resources:
  threads:
    methods:
      retrieve: getThread
      list: { operation: listThreads, pages: cursor }
"""
VERSION_TEXT = '"""The version."""\n\n__version__ = "0.1.0"\n'
# The tests of the small repository: of facts, which must pass, and of words.
TESTS = {
    "tests/contract/test_small.py": """\
import json, pathlib
from assistants_api.models import Thread

def test_document_and_code_agree():
    text = pathlib.Path("openapi.yaml").read_text("utf-8")
    assert ("colour" in text) == hasattr(Thread.from_dict({}), "colour")

def test_the_digest_is_of_the_source():
    facts = json.loads(pathlib.Path("tests/contract/upstream_facts.json").read_text())
    assert facts["source"]["name"] in pathlib.Path("codegen/source.lock").read_text()

def test_no_shape():
    assert "shape" not in pathlib.Path("openapi.yaml").read_text("utf-8")
""",
    "tests/upstream/test_facts.py": """\
import json, os, pathlib

def test_the_document_is_at_hand():
    given = json.loads(pathlib.Path(os.environ["ASSISTANTS_UPSTREAM"]).read_text())
    assert "/threads" in given["paths"]
""",
    "tests/upstream/test_words.py": "def test_nothing(): pass\n",
    "tests/contract/test_prose.py": """\
import pathlib

def test_every_place_is_described():
    assert "not described" not in pathlib.Path("openapi.yaml").read_text("utf-8")
""",
}


def document() -> Document:
    """Return the upstream document of the small repository, in words of its own."""
    retrieval = operation(
        "getThread", parameter("thread_id", "path"), schema=ref("Thread")
    )
    listing = operation(
        "listThreads",
        parameter("limit", schema={"type": "integer"}),
        schema=ref("Page"),
    )
    thread = obj(
        "id",
        "object",
        id=TEXT,
        object=const("thread"),
        state={"type": "string", "enum": ["open", "shut"]},
    )
    schemas: Document = {
        "Thread": {**thread, "description": "Their words."},
        "Answer": obj("text", text=TEXT),
        "Page": obj("data", data={"type": "array", "items": ref("Thread")}),
        "AssistantStreamEvent": obj("event", event=const("done")),
    }
    return {
        "openapi": "3.1.0",
        "info": {"title": "Their title", "version": "1.0.0"},
        "tags": [{"name": "things", "description": "Their tag."}],
        "security": [],
        "paths": {
            "/threads": {"get": listing},
            "/threads/{thread_id}": {"get": retrieval},
            "/elsewhere": {"get": operation("other", schema=ref("Page"))},
            **{
                f"/{name}": {"get": operation(name, schema=ref("Answer"))}
                for name in MODELS.ids
            },
        },
        "components": {"schemas": schemas, "securitySchemes": {}},
    }


def changed(change: Callable[[Document], Any]) -> Document:
    """Return the document with a change made to it."""
    given = copy.deepcopy(document())
    change(given)
    return given


def properties(given: Document, name: str = "Thread") -> Document:
    """Return the properties of one of a document's schemas."""
    found: Document = given["components"]["schemas"][name]["properties"]
    return found


def make_repository(root: Path) -> None:
    """Write the small repository: pinned, described, built and committed."""
    for name, text in {
        **TESTS,
        CHANGELOG: CHANGELOG_TEXT,
        VERSION: VERSION_TEXT,
        ".gitignore": "__pycache__/\n",
        "codegen/__init__.py": "",
        "codegen/methods.yaml": METHODS_TEXT,
        f"{CLIENT}/resources/_base.py": "",
        "pyproject.toml": "[tool.pytest]\naddopts = ['--import-mode=importlib']\n",
    }.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text, encoding="utf-8")
    path = root.parent / NAME
    path.write_text(json.dumps(document()), encoding="utf-8")
    pinned, lock = root / DOCUMENT, root / SOURCE_LOCK
    target = replace(pin.ASSISTANTS_TARGET, path=pinned, lock=lock)
    pin.pin(source.load(path), target)
    models = root / MODEL_API
    lock = root / MODEL_LOCK
    pin.pin(source.load(path), replace(pin.MODELS_TARGET, path=models, lock=lock))
    words = pinned.read_text(encoding="utf-8").replace("(not described yet)", "Ours.")
    pinned.write_text(words, encoding="utf-8")
    digest = json.dumps(upstream_facts.digest_of(path), indent=1, sort_keys=True)
    (root / DIGEST).write_text(digest + "\n", encoding="utf-8")
    order = Order(str(pinned), root / GENERATED, PACKAGE, client=root / CLIENT)
    build(order, lambda _: None)
    build_models(root)
    # Of few files, as each test has a copy: no samples of hooks, objects in one pack.
    git(root, "init", "--quiet", "--initial-branch=main", "--template=")
    git(root, "add", ".")
    git(root, "commit", "--quiet", "--message", "All")
    git(root, "gc", "--quiet")


def git(root: Path, *arguments: str) -> str:
    """Run git as somebody without settings, and return its output."""
    done = subprocess.run(
        ["git", *arguments],
        cwd=root,
        env={**os.environ, **QUIET},
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout.strip()

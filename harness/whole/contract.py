"""Put a package built of a whole document to the contract tests."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from codegen import overlay, source
from codegen.pipeline import facts
from codegen.select import Selection
from harness.fuzz.spec_contract import CHECKS

ROOT = Path(__file__).resolve().parents[2]
TIMEOUT = 1800
# Those of tests/contract that are about the Assistants alone, with the reason; all
# others of `CHECKS` are run.
LEFT_OUT = {
    "test_clients, test_streams, test_events": "calls by name, and one kind of events",
    "test_facts, test_prose": "compare openapi.yaml with upstream",
    "test_lazy": "each endpoint in turn; scripts/whole measures three",
    "test_variants": "every union must be one with constants",
    "test_each_broken_rule_is_named_with_its_place": "takes unions that never overlap",
    "test_meaning, test_secrets": "name the Assistants' own schemas",
}


def contract(
    path: Path, package: Path, folder: Path, every: int, say: Callable[[str, str], None]
) -> list[str]:
    """Run the contract tests that hold for any document; return what failed.

    Args:
        path: the document.
        package: what was built of it.
        folder: where to put what the tests need.
        every: of values, look at each nth schema or operation.
        say: how to report.
    """
    subject = folder / "contract"
    shutil.copytree(package, subject / "assistants_api")
    normal = subject / "document.json"
    normal.write_text(json.dumps(_in_normal_form(path)), encoding="utf-8")
    problems = []
    shapes = [name for name in CHECKS if name in ("test_models", "test_operations")]
    for title, modules, step in (
        ("shapes", shapes, 1),
        ("values", [name for name in CHECKS if name not in shapes], every),
    ):
        tests = [
            f"tests/contract/{module}.py::{name}"
            for module in modules
            for name in CHECKS[module]
            if name not in LEFT_OUT
        ]
        environment = {
            **os.environ,
            "ASSISTANTS_DOCUMENT": str(normal),
            "ASSISTANTS_EVERY": str(step),
            "PYTHONPATH": f"{subject}{os.pathsep}{ROOT}",
        }
        done = subprocess.run(
            [sys.executable, "-m", "pytest", "-n", "auto", "--tb=short",
             "-p", "no:cacheprovider", *tests],
            cwd=ROOT,
            env=environment,
            capture_output=True,
            text=True,
            timeout=TIMEOUT,
            check=False,
        )  # fmt: skip
        lines = done.stdout.strip().splitlines() or [done.stderr[-500:]]
        say("contract", f"{title} of each {_nth(step)}: {lines[-1]}")
        problems += [line for line in lines if line.startswith(("FAILED", "ERROR"))]
        if done.returncode and not problems:
            problems.append(
                f"the contract tests end with {done.returncode}: {lines[-1]}"
            )
        problems += [f"  {each}" for each in _named(done.stdout)]
    for name, reason in LEFT_OUT.items():
        say("left out", f"{name}: {reason}")
    return problems


def _named(output: str) -> list[str]:
    """Return the names of the schemas and operations that failed, the first of them."""
    found = re.findall(r"^\s+\| (\w*(?:Error|Exception)\b.*|for \S+)$", output, re.M)
    return found[:40]


def _nth(step: int) -> str:
    return "schema" if step == 1 else f"{step}th schema"


def _in_normal_form(path: Path) -> dict[str, Any]:
    everything = Selection(everything=True)
    taken = facts(source.load(path).document, everything, overlay.load())
    document = taken.document
    # The tests hand it to libraries that are strict about words.
    responses = [*document["components"].get("responses", {}).values()]
    for item in document["paths"].values():
        for operation in item.values():
            if isinstance(operation, dict):
                responses += operation["responses"].values()
    for response in responses:
        if "$ref" not in response:
            response.setdefault("description", "")
    return document

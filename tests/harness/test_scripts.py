"""Scripts refuse what they don't know before they do anything."""

from __future__ import annotations

import argparse
import re
import subprocess
import sys
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from harness.argument_types import count, output_file, seconds
from tests.cases import each_case
from tests.docs.pages import ROOT

if TYPE_CHECKING:
    from collections.abc import Callable


@each_case("script", ["lint", "setup"])
def test_a_script_in_bash_refuses_other_words(script: str) -> None:
    for words in (["--fxi"], ["--fix", "x"], ["x"]):
        done = subprocess.run(
            [ROOT / "scripts" / script, *words],
            capture_output=True,
            text=True,
            check=False,
        )
        assert (done.returncode, done.stdout) == (2, "")
        assert done.stderr.startswith(f"Usage: scripts/{script} ")


@pytest.mark.parametrize(
    ("script", "module"),
    [
        ("diff-peers", "harness.diff_peers"),
        ("model", "harness.model.__main__"),
        ("nginx", "harness.nginx.__main__"),
        ("peers", "harness.peers.__main__"),
        ("prism", "harness.prism.__main__"),
    ],
)
def test_a_script_without_options_refuses_any(
    script: str,
    module: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    main = import_module(module).main
    monkeypatch.setattr(sys, "argv", [module, "--quick"])
    with pytest.raises(SystemExit) as ended:
        main()
    assert ended.value.code == 2
    said = f"scripts/{script}: error: unrecognized arguments: --quick\n"
    assert capsys.readouterr().err.endswith(said)


@each_case(
    "kind, text, says",
    [
        (count, "0", "a whole number from 1, not '0'"),
        (count, "1.5", "a whole number from 1, not '1.5'"),
        (seconds, "0", "seconds above 0, not '0'"),
        (seconds, "nan", "seconds above 0, not 'nan'"),
        (seconds, "x", "seconds above 0, not 'x'"),
        (output_file, "nowhere/results.json", "there is no folder nowhere"),
        (output_file, ".", ". is a folder"),
    ],
)
def test_arguments_that_can_not_be_used(
    kind: Callable[[str], object], text: str, says: str
) -> None:
    with pytest.raises(argparse.ArgumentTypeError, match=re.escape(says)):
        kind(text)


def test_arguments_that_can_be_used() -> None:
    assert count("3") == 3
    assert seconds("0.5") == 0.5
    assert output_file("results.json") == Path("results.json")


@each_case(
    "module, words",
    [
        ("harness.proof.__main__", ["--clients", "0"]),
        ("harness.documents.__main__", ["--json", "nowhere/x", "openapi.yaml"]),
        ("bench.command", ["--output", "nowhere/x"]),
        ("scripts.update.__main__", ["--date", "2026-8-1", "openapi.yaml"]),
    ],
)
def test_what_can_not_be_used_is_said_before_anything_is_done(
    module: str, words: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    main = import_module(module).main
    monkeypatch.setattr(sys, "argv", [module, *words])
    with pytest.raises(SystemExit) as ended:
        main()
    assert ended.value.code == 2

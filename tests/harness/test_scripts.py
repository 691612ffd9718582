"""Scripts refuse what they don't know before they do anything."""

from __future__ import annotations

import subprocess
import sys
from importlib import import_module

import pytest

from tests.cases import each_case
from tests.docs.pages import ROOT


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

"""Modules import what they need, in the order in which ruff would put it."""

from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING

from ruff import find_ruff_bin

from codegen import pipeline
from codegen.imports import used_in
from tests.codegen.conftest import built
from tests.codegen.specs import written
from tests.codegen.zoo import zoo

if TYPE_CHECKING:
    from pathlib import Path

    import pytest

IMPORTS = """\
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from ..types import new, Model, UNSET, item_10, item_2
from ...writing import texts
from ... import models

if TYPE_CHECKING:
    from datetime import date as _date
    from datetime import datetime

    from .b import B
    from .a import ADict
    from .a import A
"""


def test_what_code_does_not_mention_is_not_imported() -> None:
    assert used_in(IMPORTS, "def f(x: Any) -> None: ...") == (
        "from typing import Any\n"
    )


def test_a_part_of_a_word_is_no_mention() -> None:
    assert used_in(IMPORTS, "Anything = Many = _Any = Any_ = Anyé") == "\n"
    assert used_in(IMPORTS, "Any") == "from typing import Any\n"
    assert "import Any\n" in used_in(IMPORTS, "Anything = [Any]")


def test_what_is_for_type_checkers_needs_their_constant() -> None:
    assert used_in(IMPORTS, "x: _date") == (
        "from typing import TYPE_CHECKING\n\n"
        "if TYPE_CHECKING:\n"
        "    from datetime import date as _date\n"
    )


def test_each_module_and_each_name_is_in_its_order() -> None:
    code = "B, A, ADict, models, texts, item_2, item_10, new, Model, UNSET"
    code += ", datetime, _date"
    assert used_in(IMPORTS, code) == (
        "from typing import TYPE_CHECKING\n\n"
        "from ... import models\n"
        "from ...writing import texts\n"
        "from ..types import UNSET, Model, item_2, item_10, new\n\n"
        "if TYPE_CHECKING:\n"
        "    from datetime import date as _date\n"
        "    from datetime import datetime\n\n"
        "    from .a import A, ADict\n"
        "    from .b import B\n"
    )


def test_a_long_line_is_written_as_several() -> None:
    names = [f"name_{'x' * 20}_{n}" for n in range(4)]
    found = used_in(f"from ..a import {', '.join(names)}", " ".join(names))
    lines = "".join(f"    {name},\n" for name in names)
    assert found == f"from ..a import (\n{lines})\n"


def test_models_and_operations_import_nothing_in_vain(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What it has to take out of each file takes it several times as long as all."""
    found: list[str] = []

    def check(folder: Path, _: object) -> None:
        command = [find_ruff_bin(), "check", "--isolated", "--no-cache"]
        done = subprocess.run(
            [*command, "--select=F401", "--output-format=concise", "."],
            cwd=folder,
            capture_output=True,
            text=True,
            check=False,
        )
        found.extend(line for line in done.stdout.splitlines() if ": F401" in line)

    monkeypatch.setattr(pipeline, "format_code", check)
    built(written(tmp_path, zoo()), tmp_path / "out")
    assert found, "there is always some module with an import that it does not need"
    assert not [line for line in found if "/models/" in line or "/api/" in line]

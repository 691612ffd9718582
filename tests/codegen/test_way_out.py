"""The way out on the command line: overlays, what is skipped, and what is said."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from tests.codegen.specs import TEXT, Document, document, obj, operation, ref, written
from tests.docs.pages import all_pages

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.codegen.conftest import Answer

GUIDE = next(page for page in all_pages() if page.name == "regenerating")
BROKEN = {"type": "strng"}


def broken() -> Document:
    get = operation("list_pets", schema=ref("Pet"))
    return document({"/pets": {"get": get}}, Pet=obj("a", a=TEXT, b=BROKEN))


@pytest.fixture
def order(tmp_path: Path) -> list[str]:
    spec = written(tmp_path, broken())
    return ["--spec", spec, "--all", "--out", str(tmp_path / "out"), "--name", "pets"]


def test_a_refusal_ends_with_lines_that_make_an_overlay(
    run: Callable[..., Answer], order: list[str], tmp_path: Path
) -> None:
    refused = run("build", *order)
    assert refused.code == 2
    assert not (tmp_path / "out").exists()
    # As the guide shows it.
    assert refused.err in [each.parsed for each in GUIDE.examples("text")]
    _, _, lines = refused.err.partition("it is built:\n\n")
    assert len(lines.splitlines()) == 3
    overlay = tmp_path / "repairs.yaml"
    overlay.write_text(lines, encoding="utf-8")
    order += ["--overlay", str(overlay)]
    assert run("build", *order).code == 0
    assert run("check", *order).code == 0
    overlay.write_text(lines.replace("remove: true", "update: string"), "utf-8")
    changed = run("check", *order)
    assert changed.code == 1
    assert "the overlays have changed" in changed.out


def test_overlays_are_applied_in_their_order(
    run: Callable[..., Answer], order: list[str], tmp_path: Path
) -> None:
    at = "$.components.schemas.Pet.properties.b.type"
    for name, kind in (("one", "string"), ("two", "integer")):
        actions = [{"target": at, "update": kind}]
        (tmp_path / name).write_text(
            json.dumps({"overlay": "1.0.0", "actions": actions}), encoding="utf-8"
        )
        order += ["--overlay", str(tmp_path / name)]
    assert run("build", *order).code == 0
    assert "`Pet(a: str, b?: int)`" in (tmp_path / "out/API.md").read_text("utf-8")


@pytest.mark.parametrize(
    ("action", "said"),
    [
        (
            {"target": "$.components.schemas.Pets", "remove": True},
            "'$.components.schemas.Pets' finds nothing; is $.components.schemas.Pet",
        ),
        ({"target": "$.info", "updates": {}}, "there is no updates here; is update"),
        ({"target": "$.info"}, "must update or remove"),
        ({"target": "info", "remove": True}, "is no JSONPath"),
    ],
)
def test_an_action_that_does_nothing_is_refused_by_its_overlay(
    run: Callable[..., Answer],
    order: list[str],
    tmp_path: Path,
    action: Any,
    said: str,
) -> None:
    overlay = written(tmp_path, [action], "mine.json")
    answer = run("build", *order, "--overlay", overlay)
    assert answer.code == 2
    assert answer.err.startswith("error: mine.json: $.actions[0]")
    assert said in answer.err


def test_what_is_skipped_is_said_by_summary_index_and_exit_code(
    run: Callable[..., Answer], order: list[str], tmp_path: Path
) -> None:
    answer = run("build", *order, "--skip-broken")
    assert answer.code == 3
    line = "$.components.schemas.Pet.properties.b.type: 'strng' is no type of JSON"
    assert answer.err == f"left out (1):\n  {line}\n"
    assert "1 dropped" in answer.out
    index = (tmp_path / "out/API.md").read_text("utf-8")
    assert f"## Left out\n\n- {line}\n" in index
    assert run("check", *order, "--skip-broken").code == 0
    assert "settings have changed" in run("check", *order, "--skip", "$..b").out


def test_a_skipped_schema_takes_along_what_needs_it(
    run: Callable[..., Answer], order: list[str], tmp_path: Path
) -> None:
    answer = run("build", *order, "--skip", "$.components.schemas.Pet")
    assert answer.code == 3
    assert "#/components/schemas/Pet is left out" in answer.err
    assert "returns `Any`" in (tmp_path / "out/API.md").read_text("utf-8")
    assert run("build", *order, "--skip", "$.components.schemas.Pot").code == 2

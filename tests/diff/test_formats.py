"""The three ways to write a report: what they say, and that nothing leaves them."""

from __future__ import annotations

import json
import re
import unicodedata
from typing import TYPE_CHECKING, Any

import pytest

from codegen.diff import Change, Report, Verdict
from codegen.diff.report import as_json, as_markdown, as_text
from codegen.errors import SpecError
from tests.cases import some
from tests.codegen.payloads import TEXTS
from tests.codegen.specs import TEXT, document, obj, operation, parameter, ref
from tests.diff.rows import body, report

if TYPE_CHECKING:
    from tests.codegen.specs import Document

B, M, C, N = Verdict.BREAKING, Verdict.MIND, Verdict.COMPATIBLE, Verdict.NONE


def _things(limit: Any, status: list[str], **properties: Any) -> Document:
    paths = {
        "/things": {
            "get": operation(
                "listThings", parameter("limit", schema=limit), schema=ref("Thing")
            )
        }
    }
    enum = {**TEXT, "enum": status}
    model = obj("id", id=TEXT, status=enum, **properties)
    return document(paths, Thing=model)


def _example() -> Report:
    old = _things({"type": "integer"}, ["open"], old=TEXT)
    new = _things(TEXT, ["open", "paused"], new=TEXT)
    new["info"]["description"] = "In other words."
    old["info"]["description"] = "In some words."
    return report(old, new)


def test_text_says_what_changed_for_whom_and_where() -> None:
    assert (
        as_text(_example())
        == """\
old: version 1
new: version 1

4 changes: 2 breaking, 1 mind, 1 compatible.
For callers: breaking. For readers of responses: breaking.
This asks for a new minor part of the version (minor).
1 place says the same in other words.

BREAKING

things.list_things  GET /things
  - argument `limit` is `str` now, was `int`
    [callers: breaking]
    $.paths['/things'].get.parameters[0]

Thing
  - `Thing.old` is gone
    [readers: breaking]
    $.components.schemas.Thing.properties.old

TO MIND

ThingStatus
  - `ThingStatus` may now also be `"paused"`
    [readers: mind]
    $.components.schemas.Thing.properties.status

COMPATIBLE

Thing
  - `Thing.new` is new
    [readers: compatible]
    $.components.schemas.Thing.properties.new
"""
    )


def test_markdown_is_fit_for_a_changelog() -> None:
    assert (
        as_markdown(_example())
        == """\
`version 1` to `version 1`

4 changes: 2 breaking, 1 mind, 1 compatible. For callers: breaking. For readers of \
responses: breaking. This asks for a new minor part of the version (minor). \
1 place says the same in other words.

### Breaking

- `things.list_things`: argument `limit` is `str` now, was `int` (callers: breaking)
- `Thing`: `Thing.old` is gone (readers: breaking)

### To mind

- `ThingStatus`: `ThingStatus` may now also be `"paused"` (readers: mind)

### Compatible

- `Thing`: `Thing.new` is new (readers: compatible)
"""
    )


def test_json_has_the_shape_that_is_documented() -> None:
    found = json.loads(as_json(_example()))
    changes = found.pop("changes")
    assert found == {
        "format": 1,
        "old": "version 1",
        "new": "version 1",
        "breaking": True,
        "verdict": "breaking",
        "callers": "breaking",
        "readers": "breaking",
        "bump": "minor",
        "prose": 1,
        "counts": {"breaking": 2, "mind": 1, "compatible": 1},
    }
    assert changes[0] == {
        "kind": "operation",
        "name": "things.list_things",
        "where": "GET /things",
        "element": "limit",
        "path": "$.paths['/things'].get.parameters[0]",
        "text": "argument `limit` is `str` now, was `int`",
        "callers": "breaking",
        "readers": "none",
    }
    assert len(changes) == 4


def test_nothing_is_said_of_equal_documents_but_that_they_are() -> None:
    empty = report(_things(TEXT, ["a"]), _things(TEXT, ["a"]))
    assert (empty.is_empty, empty.breaking, empty.bump) == (True, False, "none")
    assert "No difference that code can see." in as_text(empty)
    assert "No difference that code can see." in as_markdown(empty)
    assert json.loads(as_json(empty))["changes"] == []


def test_the_version_part_follows_the_gravest_change_and_what_was_promised() -> None:
    def change(verdict: Verdict) -> Change:
        return Change("model", "A", "", "", "$", "`A` is new", verdict, N)

    for verdict, before, after in (
        *((B, "minor", "major"), (M, "patch", "minor"), (C, "patch", "minor")),
    ):
        changes = (change(C), change(verdict))
        assert Report(changes).bump == before
        assert Report(changes, released=True).bump == after
    assert Report(released=True).bump == "none"


def test_many_changes_stay_readable() -> None:
    several = tuple(
        Change("model", f"M{n}", "", "x", "$", f"`M{n}.x` is new", C, C)
        for n in range(300)
    )
    lines = as_text(Report(several)).splitlines()
    assert "300 models" in lines
    assert "  - `.x` is new" in lines
    assert max(map(len, lines)) <= 80
    assert len(lines) < 50
    said = as_markdown(Report(several))
    assert all(f"`M{n}`" in said for n in range(300))


def _hostile(text: str) -> Report:
    """Compare documents that have a text wherever one may stand."""
    schemas = {
        "Thing": obj(**{f"a{text}": TEXT, "kind": {"const": text}}),
        "Mood": {**TEXT, "enum": [text, "b"], "default": text},
    }
    schemas["Thing"]["properties"]["mood"] = ref("Mood")

    def with_(path: str, kind: str, *more: Any) -> Document:
        found = operation("f", *more, body={kind: {}}, schema=ref("Thing"))
        return document({path: {"put": found}}, **schemas)

    plain = text.replace("{", "").replace("}", "")
    # No package can be made of one that can't be sent, so that nothing is compared.
    kind = text if text.isprintable() else "x"
    old = with_(
        f"/x{plain}", f"{kind}/a", parameter(f"p{text}", schema={"enum": [text]})
    )
    schemas = {"Thing": obj(a=TEXT), "Mood": TEXT}
    new = with_(f"/{plain}", f"{kind}/b")
    return report(old, new)


def test_no_text_of_a_document_gets_out_of_a_report() -> None:
    unseen = {"Cc", "Cf", "Cs", "Co", "Zl", "Zp"}
    texts = [text for text in TEXTS if text.isprintable() or len(text) < 3][::3]
    for text in [*texts, "`", "``` x", "<b>", "](x)", "\x1b[31m", "a`<script>`b"]:
        found = _hostile(text)
        assert not found.is_empty
        for write in (as_text, as_markdown, as_json):
            said = write(found).replace("\n", "")
            assert not {c for c in some(said) if unicodedata.category(c) in unseen}, (
                text
            )
        for line in some(as_markdown(found).splitlines()):
            assert line.count("`") % 2 == 0
            # What is left outside of code is ours.
            outside = re.sub(r"`[^`]*`", "", line)
            assert not re.search(r"[<>\]\x1b]", outside), line
        for change in some(json.loads(as_json(found))["changes"]):
            assert change["text"].count("`") % 2 == 0


def test_a_media_type_that_can_t_be_sent_is_named_in_place_of_a_report() -> None:
    right = document({"/x": {"put": operation("f", body={"x/a": {}})}})
    unseen = [text for text in TEXTS if not text.isprintable() and len(text) < 9]
    for text in some(unseen):
        wrong = document({"/x": {"put": operation("f", body={f"{text}/a": {}})}})
        for sides in ((right, wrong), (wrong, right)):
            with pytest.raises(SpecError, match="can't be sent") as refused:
                report(*sides)
            assert str(refused.value).startswith("$.paths['/x'].put.requestBody")
            assert str(refused.value).isprintable()


def test_an_unreached_body_is_no_part_of_a_report() -> None:
    old, new = _things(TEXT, ["a"]), _things(TEXT, ["a"])
    new["paths"]["/others"] = {"put": operation("other", body=body("Thing"))}
    (change,) = [c for c in report(old, new).changes if c.kind == "operation"]
    assert (change.name, change.text) == ("things.other", "the operation is new")

"""openapi.yaml is what upstream says, in one form and in our own words."""

from __future__ import annotations

import copy
import hashlib
import json
from dataclasses import replace
from pathlib import Path
from random import Random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from codegen import overlay, pin, source
from codegen.errors import SpecError
from codegen.pin import to_yaml
from codegen.pipeline import facts
from codegen.prose import MARKER, without_prose
from codegen.select import ASSISTANTS
from harness.contract import upstream_facts
from tests.cases import each_case
from tests.codegen.rough import rough
from tests.codegen.specs import (
    EVERYTHING,
    PINNED,
    TEXT,
    Document,
    array,
    document,
    nodes,
    obj,
    operation,
    parameter,
    pinned,
    ref,
)
from tests.codegen.specs import at as value_at

OVERLAY = overlay.load()


def normal(given: Document) -> Document:
    """Take the Assistants part of a document, as a build does, without its prose."""
    return without_prose(facts(given, ASSISTANTS, OVERLAY).document)


# --- The one form ------------------------------------------------------------------


def test_the_pinned_document_is_a_fixed_point_to_the_order_of_its_keys() -> None:
    taken = facts(pinned(), ASSISTANTS, OVERLAY)
    assert repr(taken.document) == repr(pinned())
    changed = {name for name, count in taken.changes.items() if count}
    # The overlay adds what is there already, and may add it at another place.
    assert changed <= {"order"}


@pytest.mark.parametrize("seed", range(6))
def test_a_rough_document_of_the_same_facts_becomes_the_pinned_one(seed: int) -> None:
    given = rough(pinned(), Random(seed))
    before = copy.deepcopy(given)
    assert normal(given) == without_prose(pinned())
    assert given == before


def test_roughness_is_more_than_nothing() -> None:
    """The test above would prove little if `rough` left the document as it is."""
    fired = {
        name
        for seed in range(4)
        for name, count in facts(
            rough(pinned(), Random(seed)), ASSISTANTS, OVERLAY
        ).changes.items()
        if count
    }
    wanted = {
        *("name-operations", "constants", "null-types", "merge-all-of"),
        *("simplify-unions", "object-types", "null-where-used", "hoist-inline"),
        *("discriminators", "strip", "order"),
    }
    assert fired >= wanted


def test_the_facts_of_upstream_become_the_pinned_document() -> None:
    """Prose-free and in upstream's own shape; its properties are sorted by name."""
    given = {"openapi": "3.1.0", **upstream_facts.load()["document"]}
    assert normal(given) == without_prose(pinned())


# --- Writing it --------------------------------------------------------------------

WORDS = [
    *("on", "no", "~", "null", "1", "1e3", "0o17", "0x1F", ".5", "2020-01-01", "1:30"),
    *("=", "<<", "- a", "a: b", "#", "!x", "&a", "*a", "{a}", "[a", "%x", "@", "`"),
    *("?", "---", "...", "'", '"', "\\", " a", "a ", "a\nb\n", "\n", "\t", "\r", ""),
    *("\0", "\x1b", "\x7f", "\x85", "\u2028", "\ufeff", "\U0001f600", "x" * 200),
    *("word " * 40, "word  " * 40, "word " * 40 + "\n", "a\n\n b", ".nan", "y", "|"),
]


@given(
    st.recursive(
        st.sampled_from([*WORDS, 1, 1.5, True, None])
        | st.text(max_size=20)
        | st.floats(allow_nan=False, allow_infinity=False),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(st.sampled_from(WORDS), inner, max_size=3)
        ),
        max_leaves=6,
    )
)
def test_what_is_written_is_read_back(value: Any) -> None:
    given = {"a": value}
    assert source.parse(to_yaml(given).encode()).document == given


@each_case("word", WORDS)
def test_every_awkward_word_is_read_back(word: str) -> None:
    given = {"a": word, "b": [word], word + "c": 1, "d": {"e": {word: word}}}
    assert source.parse(to_yaml(given).encode()).document == given


# --- Our words and theirs ----------------------------------------------------------

SENTENCE = "Sentence number {} of somebody else, which nobody may copy."
# Where the keys are names, or no words are due.
MAPS = {"paths", "components", "schemas", "properties", "responses", "headers"}
MAPS |= {"content", "securitySchemes"}


def foreign() -> Document:
    """Return an upstream document with a sentence at every place that can hold one."""
    schema = obj(
        "id",
        id={**TEXT, "default": "x"},
        part={"allOf": [obj(inner=TEXT)]},
        kind={"anyOf": [{"type": "string", "enum": ["a"]}, {"type": "null"}]},
        many=array(obj(more=TEXT)),
    )
    answers = {
        "200": {
            "description": "",
            "headers": {"x-left": {"schema": TEXT}},
            "content": {"application/json": {"schema": ref("Thing")}},
        }
    }
    body = {"application/json": {"schema": obj(name=TEXT)}}
    item = operation("doIt", parameter("q"), body=body, responses=answers)
    given = document({"/threads/{id}": {"post": item}}, Thing=schema)
    given["paths"]["/threads/{id}"]["parameters"] = [parameter("id", "path")]
    given["components"]["securitySchemes"] = {"Key": {"type": "http"}}
    given["security"] = [{"Key": []}]
    given["tags"] = [{"name": "things"}]
    # What several places share becomes one for each, and `TEXT` stays as it is.
    given = Document(json.loads(json.dumps(given)))
    for number, steps in enumerate(list(nodes(given))):
        node = value_at(given, steps)
        is_map = not steps or steps[-1] in MAPS or "security" in steps
        if isinstance(node, dict) and not is_map and "content" not in steps[-2:]:
            in_schema = not {"schema", "schemas"}.isdisjoint(steps)
            keywords = ["description"]
            if in_schema:
                keywords += ["title", "example"]
            elif "paths" in steps[-3:-1] or steps == ("info",):
                keywords += ["summary"]
            for keyword in keywords:
                node[keyword] = SENTENCE.format(number)
    return given


def pinned_from(
    upstream_document: Document, folder: Path, **options: Any
) -> tuple[pin.Pinned, str]:
    """Pin a document in a folder; return what was done and the text of the file."""
    data = json.dumps(upstream_document).encode()
    target = pin.Target(
        folder / "pinned.yaml", folder / "pinned.lock", EVERYTHING, header=""
    )
    upstream = source.parse(data, name="thing-2031-02-03.json")
    done = pin.pin(upstream, target, **options)
    return done, (folder / "pinned.yaml").read_text(encoding="utf-8")


def test_no_sentence_of_upstream_comes_along(tmp_path: Path) -> None:
    given = foreign()
    assert json.dumps(given).count("Sentence number") > 40
    done, text = pinned_from(given, tmp_path)
    assert "Sentence" not in text
    assert text.count(MARKER) == len(done.undescribed)
    assert "$.components.schemas.Thing.properties.id" in done.undescribed


def test_no_sentence_about_a_value_comes_along(tmp_path: Path) -> None:
    values = [
        {"const": value, "title": value.upper(), "description": SENTENCE.format(value)}
        for value in ("a", "b")
    ]
    words = {key: [SENTENCE.format(1)] * 2 for key in ("x-enum-descriptions",)}
    words["x-enumDescriptions"] = words["x-enum-descriptions"]
    listed = {**TEXT, "enum": ["c", "d"], "x-enum-varnames": ["C", "D"], **words}
    _, text = pinned_from(document(S=obj(p={"oneOf": values}, q=listed)), tmp_path)
    assert "Sentence" not in text
    schemas = source.parse(text.encode()).document["components"]["schemas"]
    assert schemas["SP"]["x-enum-varnames"] == ["A", "B"]
    assert schemas["SQ"]["x-enum-varnames"] == ["C", "D"]


def test_our_words_stay_where_the_element_stays(tmp_path: Path) -> None:
    given = foreign()
    first, text = pinned_from(given, tmp_path)
    parts = text.split(MARKER)
    ours = "".join(
        part + (f"Our words {n}" if n < len(parts) - 1 else "")
        for n, part in enumerate(parts)
    )
    (tmp_path / "pinned.yaml").write_text(ours, encoding="utf-8")
    second, again = pinned_from(given, tmp_path)
    assert (again, second.undescribed) == (ours, [])

    changed = foreign()
    thing = changed["components"]["schemas"]["Thing"]
    del thing["properties"]["id"]
    thing["required"].remove("id")
    thing["properties"]["new"] = TEXT
    third, text = pinned_from(changed, tmp_path)
    assert third.undescribed == ["$.components.schemas.Thing.properties.new"]
    assert text.count("Our words") == len(first.undescribed) - 1


def test_a_pin_of_the_pinned_document_changes_nothing(tmp_path: Path) -> None:
    path = tmp_path / "openapi.yaml"
    path.write_bytes(PINNED.read_bytes())
    target = replace(pin.ASSISTANTS_TARGET, path=path, lock=tmp_path / "lock")
    done = pin.pin(source.load(PINNED), target)
    assert path.read_bytes() == PINNED.read_bytes()
    assert done.undescribed == []


@pytest.mark.parametrize("date", [None, "2032-01-01"])
def test_the_lock_says_where_the_facts_come_from(
    tmp_path: Path, date: str | None
) -> None:
    given = foreign()
    given["info"]["version"] = "7.8"
    pinned_from(given, tmp_path, date=date)
    lock = json.loads((tmp_path / "pinned.lock").read_text(encoding="utf-8"))
    assert lock == {
        "name": "thing-2031-02-03.json",
        "date": date or "2031-02-03",
        "version": "7.8",
        "sha256": hashlib.sha256(json.dumps(given).encode()).hexdigest(),
    }


def test_the_lock_beside_openapi_yaml_is_complete() -> None:
    lock = json.loads(pin.LOCK.read_text(encoding="utf-8"))
    digest = upstream_facts.load()["source"]
    assert {key: lock[key] for key in ("name", "version", "sha256")} == digest
    assert lock["date"] in lock["name"]


def test_what_can_t_be_pinned_changes_nothing(tmp_path: Path) -> None:
    pinned_from(foreign(), tmp_path)
    before = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    wrong = foreign()
    wrong["components"]["schemas"]["Thing"]["properties"]["id"] = ref("Gone")
    with pytest.raises(SpecError, match="nothing stands at"):
        pinned_from(wrong, tmp_path)
    (tmp_path / "pinned.yaml").write_bytes(b"a: [")
    with pytest.raises(SpecError, match="not valid YAML"):
        pinned_from(foreign(), tmp_path)
    (tmp_path / "pinned.yaml").write_bytes(before["pinned.yaml"])
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == before


def test_an_interrupted_pin_leaves_whole_files_and_no_litter(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pinned_from(foreign(), tmp_path)
    before = {path.name: path.read_bytes() for path in tmp_path.iterdir()}

    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    changed = {**foreign(), "openapi": "3.0.3"}
    changed["info"]["version"] = "2"
    with monkeypatch.context() as patch:
        patch.setattr(Path, "replace", interrupt)
        with pytest.raises(KeyboardInterrupt):
            pinned_from(changed, tmp_path)
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == before

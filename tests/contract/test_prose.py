"""Every place of openapi.yaml has words, and a borrowed sentence would be seen.

tests/upstream compares all files with upstream's documents.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from harness.contract import upstream
from harness.contract.upstream import ROOT
from harness.contract.words import borrowed, prose_of
from tests.cases import some

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

MARKER = "(not described yet)"
METHODS = {"get", "put", "post", "delete", "options", "head", "patch", "trace"}

DOCUMENT: dict[str, Any] = upstream.load(ROOT / "openapi.yaml")


def places() -> Iterator[tuple[str, Any]]:
    yield "$.info.title", DOCUMENT["info"].get("title")
    yield "$.info.description", DOCUMENT["info"].get("description")
    for tag in DOCUMENT["tags"]:
        yield f"the tag {tag['name']}", tag.get("description")
    for path, item in DOCUMENT["paths"].items():
        for method in METHODS & item.keys():
            node = item[method]
            yield f"{method} {path}, summary", node.get("summary")
            yield from _described(node, f"{method} {path}")
    components = DOCUMENT["components"]
    for section in components.keys() - {"schemas"}:
        for name, node in components[section].items():
            yield from _described(node, f"$.components.{section}.{name}")
    for name, schema in components["schemas"].items():
        yield from _schema(schema, f"$.components.schemas.{name}")


def _described(node: dict[str, Any], at: str) -> Iterator[tuple[str, Any]]:
    """Go through an operation, a response, or whatever else holds no schema itself."""
    if "$ref" in node:
        return
    yield at, node.get("description")
    for each in node.get("parameters", []):
        yield from _described(each, f"{at}, parameter {each.get('name')}")
    if "requestBody" in node:
        yield from _described(node["requestBody"], f"{at}, request body")
    for key in ("responses", "headers"):
        for name, each in node.get(key, {}).items():
            yield from _described(each, f"{at}, {key} {name}")


def _schema(schema: dict[str, Any], at: str) -> Iterator[tuple[str, Any]]:
    yield at, schema.get("description")
    yield from _properties(schema, at)


def _properties(node: Any, at: str) -> Iterator[tuple[str, Any]]:
    """Go through the properties of a schema, and of whatever is written out in it."""
    if isinstance(node, list):
        for index, item in enumerate(node):
            yield from _properties(item, f"{at}[{index}]")
    elif isinstance(node, dict):
        for key, value in node.items():
            if key == "properties":
                for name, child in value.items():
                    yield from _schema(child, f"{at}.properties.{name}")
            elif key not in ("default", "enum", "const", "required"):
                yield from _properties(value, f"{at}.{key}")


def test_every_place_is_described() -> None:
    missing = [
        at
        for at, text in places()
        if not isinstance(text, str) or not text.strip() or MARKER in text
    ]
    assert missing == []


def test_summaries_are_short_and_descriptions_are_sentences() -> None:
    for at, text in some(places()):
        if at.endswith("summary"):
            assert len(text) < 60, at
            assert text[-1] != ".", at
        elif at != "$.info.title":
            assert text[0].isupper(), at
            assert text[-1] == ".", at


UPSTREAM = """
paths:
  /kettles:
    get:
      summary: Boils all of the kettles that stand on the stove.
      parameters:
        - name: colour
          description: |
            The colour of the [kettle](/docs/kettles), which
            can't be changed `afterwards`; see below.
      x-meta:
        examples:
          - request: curl https://kettles.example/v1/boil -d colour=red -d litres=2
            response: |
              {"colour": "red", "litres": 2, "lid": {"colour": "grey", "litres": 0}}
components:
  schemas:
    Colour:
      description: One of red, green, blue, pink, grey, black, white, brown, or gold.
      enum: [red, green, blue, pink, grey, black, white, brown, gold]
      x-note: This is a sentence that is no prose of the document.
    Kettle:
      properties:
        colour: {type: string}
        litres: {type: integer}
        lid: {type: object}
"""


@pytest.mark.parametrize(
    "text",
    [
        "They say it boils all of the kettles that stand on it.",
        '"""Boils all\n    of the kettles that\n    stand on the stove."""',
        "# BOILS all of the\n# kettles, that stand on the stove!",
        '{"description": "Boils all of the\\nkettles that stand on the stove."}',
        "the colour of the kettle, which cant be changed",
        "Colour of the [kettle](https://a.example), which can\u2019t be changed",
        "curl https://kettles.example/v1/boil -d colour=red",
        "or gold, one of red, green, blue, pink, grey, black",
    ],
)
def test_a_borrowed_sentence_is_seen(tmp_path: Path, text: str) -> None:
    document = tmp_path / "upstream.yaml"
    document.write_text(UPSTREAM, "utf-8")
    assert borrowed(text, prose_of(document))


@pytest.mark.parametrize(
    "text",
    [
        "It boils all of the kettles that hang on the stove.",
        "This is a sentence that is no prose of the document.",
        "red | green | blue | pink | grey | black | white | brown | gold",
        "dict(colour='red', litres=2, lid=dict(colour='grey', litres=0))",
    ],
)
def test_own_words_and_lists_of_facts_are_no_borrowed_sentences(
    tmp_path: Path, text: str
) -> None:
    document = tmp_path / "upstream.yaml"
    document.write_text(UPSTREAM, "utf-8")
    assert not borrowed(text, prose_of(document))


def test_an_inserted_sentence_of_upstream_is_seen_in_a_file(tmp_path: Path) -> None:
    """The same with a real file of ours and a sentence put into its middle."""
    document = tmp_path / "upstream.yaml"
    document.write_text(UPSTREAM, "utf-8")
    ours = (ROOT / "openapi.yaml").read_text("utf-8")
    middle = ours.index("\n", len(ours) // 2)
    spoilt = f"{ours[:middle]} boils all of the kettles that stand on it{ours[middle:]}"
    assert not borrowed(ours, prose_of(document))
    assert len(borrowed(spoilt, prose_of(document))) == 1

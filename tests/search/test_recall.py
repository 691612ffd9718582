"""Two hundred questions about public-domain texts find what answers them."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pytest

from assistants_server.search import Hit, Strategy, chunks, extract
from assistants_server.search.interface import SearchIndex
from tests.search.indexes import new_index

TEXTS = Path(__file__).parent / "texts"
AT = 5
GOAL = 0.8


@dataclass(frozen=True)
class Question:
    file: str
    answer: str
    text: str


def questions() -> list[Question]:
    lines = (TEXTS / "questions.tsv").read_text("utf-8").splitlines()
    return [_question(line) for line in lines]


def recall(index: SearchIndex) -> float:
    """Return the share of questions whose passage is among the first hits."""
    asked = questions()
    found = (is_answered(q, index.search(["vs"], q.text, AT)) for q in asked)
    return sum(found) / len(asked)


@pytest.mark.sqlite("test_postgres_index compares databases with this")
@pytest.mark.parametrize("strategy", [Strategy(), Strategy(400, 200)])
def test_passages_are_among_the_first_hits(strategy: Strategy) -> None:
    index = new_index()
    for path in TEXTS.glob("*.txt"):
        index.add("vs", path.name, chunks(extract(path, path.name), strategy))
    assert recall(index) >= GOAL
    index.close()


def test_questions_are_what_they_claim_to_be() -> None:
    """Each has one passage, and no question copies words of it in a row."""
    texts = {path.name: _flat(path.read_text("utf-8")) for path in TEXTS.glob("*.txt")}
    lower = {name: text.lower() for name, text in texts.items()}
    asked = questions()
    assert len(asked) == len({each.text for each in asked}) == 200
    for each in asked:
        assert texts[each.file].count(each.answer) == 1, each
        words = each.text.rstrip("?").lower().split()
        for place in range(len(words) - 4):
            row = " ".join(words[place : place + 5])
            assert row not in lower[each.file], (row, each)


def _question(line: str) -> Question:
    file, answer, text = line.split("\t")
    return Question(file, _flat(answer.replace("\\n", " ")), text)


def is_answered(question: Question, hits: list[Hit]) -> bool:
    """Return whether the passage is among some hits."""
    return any(
        hit.file_id == question.file and question.answer in _flat(hit.text)
        for hit in hits
    )


def _flat(text: str) -> str:
    return " ".join(text.split())

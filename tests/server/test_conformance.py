"""The judge of answers is strict, and says in words what is wrong."""

from __future__ import annotations

from typing import Any

import pytest

from harness.contract.validity import is_valid, thorough
from tests.server.conformance import deviations, judge_stream

DELETED = {"id": "thread_1", "object": "thread.deleted", "deleted": True}


def test_what_is_wrong_is_named_by_its_place() -> None:
    assert deviations(DELETED, "DeleteThreadResponse") == []
    wrong = {**DELETED, "id": 7, "object": "thread"}
    assert deviations(wrong, "DeleteThreadResponse") == [
        "$.id: 7 is not of type 'string'",
        "$.object: 'thread.deleted' was expected",
    ]
    with pytest.raises(KeyError, match="NoSuchSchema"):
        deviations(DELETED, "NoSuchSchema")


def test_the_fast_validator_agrees_with_the_one_that_has_words() -> None:
    values: list[Any] = [
        DELETED,
        {},
        [],
        None,
        {**DELETED, "x": 1},
        {**DELETED, "deleted": 1},
    ]
    values += [{**DELETED, "id": text} for text in ("\ud800", "", "\u2028")]
    judged = [is_valid(each, "DeleteThreadResponse") for each in values]
    thoroughly = thorough("DeleteThreadResponse")
    assert judged == [thoroughly.is_valid(each) for each in values]
    assert {*judged} == {True, False}


def test_a_stream_is_judged_event_by_event() -> None:
    done = "event: done\ndata: [DONE]\n\n"
    assert judge_stream(done) == []
    (said,) = judge_stream(f'event: thread.created\ndata: {{"id": 7}}\n\n{done}')[:1]
    assert said.startswith("event 0, thread.created: $.data")
    assert judge_stream("") == ["the last event is not done"]
    # What a server that is slow says meanwhile is no event.
    assert judge_stream(f": the run goes on\n\n{done}") == []

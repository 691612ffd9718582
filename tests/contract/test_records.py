"""Files, requests and responses of the generated package are values."""

from __future__ import annotations

import copy
import pickle
from typing import Any

import pytest

from assistants_api.types import File, Request, Response
from tests.cases import some

RECORDS: dict[str, Any] = {
    "file": File(b"secret-1", "a.txt"),
    "request": Request(
        method="POST",
        path="/threads",
        query=[("limit", "2")],
        headers={"Authorization": "secret-1"},
        json={"metadata": {"a": "secret-1"}},
    ),
    "response": Response(200, {"x-key": "secret-1"}, b"secret-1", {"id": "a"}),
}


@pytest.mark.parametrize("name", RECORDS)
def test_they_are_compared_copied_and_pickled(name: str) -> None:
    record = RECORDS[name]
    for again in (
        copy.copy(record),
        copy.deepcopy(record),
        pickle.loads(pickle.dumps(record)),
    ):
        assert again == record
        assert type(again) is type(record)
    assert record != pickle.dumps(record)
    assert not hasattr(record, "__dict__")


@pytest.mark.parametrize("name", ["request", "response"])
def test_what_is_sent_and_received_stays_as_it_is(name: str) -> None:
    record = copy.copy(RECORDS[name])
    for attribute in some(record.__match_args__):
        with pytest.raises(AttributeError, match=attribute):
            setattr(record, attribute, None)
        with pytest.raises(AttributeError, match=attribute):
            delattr(record, attribute)
    assert record == RECORDS[name]


def test_they_differ_by_any_attribute() -> None:
    request = RECORDS["request"]
    for attribute in request.__match_args__:
        assert request.replaced(**{attribute: [()]}) != request
    assert request.replaced() == request
    assert File(b"", "a") != File(b"", "b")
    assert Response(200, {}, b"", None) != Response(200, {}, b"", 1)


def test_what_is_long_or_secret_is_not_shown() -> None:
    shown = [repr(each) for each in RECORDS.values()]
    assert "secret" not in str(shown)
    assert shown == [
        "File(name='a.txt', media_type=None)",
        (
            "Request(method='POST', path='/threads', query=[('limit', '2')], "
            "security=UNSET, server=UNSET)"
        ),
        "Response(status_code=200, parsed={'id': 'a'})",
    ]

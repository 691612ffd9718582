"""What errors keep of requests and responses is a value, whatever it is handed to."""

from __future__ import annotations

import copy
import logging
import pickle
from typing import TYPE_CHECKING, Any

import pytest

from assistants_client import UploadFailure
from assistants_client._errors import ReceivedResponse, SentRequest

if TYPE_CHECKING:
    from collections.abc import Callable

REQUEST = SentRequest("GET", "http://x/v1/threads/thread_1")
RESPONSE = ReceivedResponse(404, {"x-request-id": "req_1"}, b"of nobody", REQUEST)
FAILURE = UploadFailure(2, "a.txt", ValueError("no"))
SHOWN = {
    "SentRequest(method='GET', url='http://x/v1/threads/thread_1')": REQUEST,
    "ReceivedResponse(status_code=404, headers={'x-request-id': 'req_1'}, "
    "request=SentRequest(method='GET', url='http://x/v1/threads/thread_1'))": RESPONSE,
    "files[2] 'a.txt': no": FAILURE,
}


@pytest.mark.parametrize("shown", SHOWN)
def test_one_is_one_value_in_any_text(
    shown: str, caplog: pytest.LogCaptureFixture
) -> None:
    value = SHOWN[shown]
    logging.getLogger("any").warning("it was %s", value)
    assert caplog.messages == [f"it was {shown}"]
    assert "it was %s" % value == f"it was {value}" == f"it was {shown}"  # noqa: UP031


@pytest.mark.parametrize(
    "copied", [copy.copy, copy.deepcopy, lambda it: pickle.loads(pickle.dumps(it))]
)
@pytest.mark.parametrize("value", [REQUEST, RESPONSE], ids=lambda it: type(it).__name__)
def test_it_equals_its_copies(value: Any, copied: Callable[[Any], Any]) -> None:
    found = copied(value)
    assert found == value
    assert type(found) is type(value)
    assert repr(found) == repr(value)
    assert value not in (None, "GET", ("GET", REQUEST.url))


def test_it_has_a_hash_where_what_it_holds_has_one() -> None:
    assert {REQUEST, SentRequest("GET", REQUEST.url)} == {REQUEST}
    assert SentRequest("POST", REQUEST.url) != REQUEST
    assert UploadFailure(2, "a.txt", FAILURE.error) == FAILURE
    assert UploadFailure(3, "a.txt", FAILURE.error) != FAILURE


@pytest.mark.parametrize("value", SHOWN.values(), ids=lambda it: type(it).__name__)
def test_it_stays_as_it_is(value: Any) -> None:
    for name in (*value.__match_args__, "new"):
        with pytest.raises(AttributeError, match=f"{name} of {type(value).__name__}"):
            setattr(value, name, None)
        with pytest.raises(AttributeError, match=f"{name} of {type(value).__name__}"):
            delattr(value, name)


def test_it_can_be_matched() -> None:
    match RESPONSE:
        case ReceivedResponse(status, _, _, SentRequest(method=method)):
            assert (status, method) == (404, "GET")
        case _:
            pytest.fail("it is no such response")

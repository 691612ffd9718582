"""The driver of flows that tests use."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from assistants_client._effects import (
    Invocation,
    Invoke,
    InvokeAll,
    NoResponse,
    Note,
    PreparedRequest,
    Progress,
    Receive,
    Send,
    Sleep,
)
from harness.flow_driver import FlowDriver

if TYPE_CHECKING:
    from assistants_client._effects import Flow

REQUEST = PreparedRequest(method="GET", url="http://127.0.0.1/v1", headers={})
TWO = (Invocation(function=lambda: 1), Invocation(function=lambda: 1 // 0))


def everything() -> Flow[list[Any]]:
    response = yield Send(REQUEST)
    found = [response]
    for effect in (
        *(Receive(response), Receive(response), Sleep(2), Invoke(lambda: "token")),
        *(InvokeAll(TWO), Note("said"), Progress("queued", 1)),
    ):
        result = yield effect
        found += [result]
    return found


def test_each_effect_gets_its_result() -> None:
    driver = FlowDriver(["response"], [b"chunk"], now=5.0, terminal=True)
    *found, invoked, noted, shown = driver.run(everything())
    assert found == ["response", b"chunk", None, None, "token"]
    assert invoked[0] == 1
    assert isinstance(invoked[1], ZeroDivisionError)
    assert (noted, shown) == (None, True)
    assert driver.sent == [REQUEST]
    assert (driver.slept, driver.clock()) == ([2], 7.0)
    assert (driver.notes, driver.shown) == (["said"], [("queued", 1)])


def test_an_exception_is_raised_within_the_flow() -> None:
    def flow() -> Flow[str]:
        try:
            yield Send(REQUEST)
        except NoResponse as error:
            return str(error)
        return "a response"

    assert FlowDriver([NoResponse("refused", stage="connect")]).run(flow()) == "refused"


def test_what_nobody_prepared_fails() -> None:
    with pytest.raises(AssertionError, match="nothing was prepared for GET http"):
        FlowDriver().run(everything())

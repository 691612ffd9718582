"""When a server that is busy wants to be asked again, however it says so."""

from __future__ import annotations

import time
from email.utils import formatdate

from assistants_server.upstream.retry_after import retry_after
from tests.cases import each_case


@each_case(
    ("headers", "seconds"),
    [
        ({}, 0),
        ({"retry-after": "3"}, 3),
        ({"retry-after": "0.5"}, 0.5),
        ({"retry-after-ms": "250", "retry-after": "3"}, 0.25),
        ({"retry-after-ms": "soon", "retry-after": "3"}, 3),
        ({"retry-after": "-3"}, 0),
        # No number that one could wait.
        ({"retry-after": "nan"}, 0),
        ({"retry-after": "inf"}, 0),
        ({"retry-after": "1e999"}, 0),
        ({"retry-after": "soon"}, 0),
        ({"retry-after": "Thu, 01 Jan 1970 00:00:00 GMT"}, 0),
        ({"retry-after": "Thu, 99 Foo 99999999999999 00:00:00 GMT"}, 0),
    ],
)
def test_seconds(headers: dict[str, str], seconds: float) -> None:
    assert retry_after(headers) == seconds


def test_a_date_is_so_many_seconds_from_now() -> None:
    headers = {"retry-after": formatdate(time.time() + 60, usegmt=True)}
    assert 55 < retry_after(headers) <= 61

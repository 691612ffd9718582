"""What is there for sync is there for async, under the same names."""

from __future__ import annotations

import inspect
import re
from typing import Any

import attrs
import pytest

import assistants_client
from assistants_client import AsyncClient, Client
from assistants_client._operations import OPERATIONS
from tests.cases import each_case

KEY = "sk-of-the-test"
NAMES = ["Assistant", "Message", "Run", "RunStep", "Thread"]
KINDS = [each for name in NAMES for each in (name, f"Async{name}")]
# Those whose calls begin when they are awaited or iterated, or in `async with`.
AT_ONCE = {"list_messages", "list_runs", "list_steps", "messages", "stream"}


def parameters(method: Any) -> list[tuple[str, Any, Any, str]]:
    """Return what a method takes, whichever of the two kinds its types are of."""
    return [
        (each.name, each.kind, each.default, plain(each.annotation))
        for each in inspect.signature(method).parameters.values()
    ]


def plain(text: Any) -> str:
    said = str(text).replace("async with", "with").replace("Async", "")
    return " ".join(re.sub(r"\bA\b \|", "H |", said).split())


def kind_of(name: str) -> Any:
    return getattr(assistants_client, name)


def model_of(kind: Any) -> Any:
    """Return the generated model of a live class."""
    return next(
        each for each in kind.__mro__ if each.__module__.startswith("assistants_api")
    )


def test_every_endpoint_has_a_method_on_both_clients() -> None:
    for kind in (Client, AsyncClient):
        client = kind(base_url="http://127.0.0.1:1", api_key=KEY)
        for name in OPERATIONS:
            found: Any = client
            for part in name.split("."):
                found = getattr(found, part)
            assert callable(found)


def test_sync_and_async_have_the_same_methods() -> None:
    one: Any = Client(base_url="http://127.0.0.1:1", api_key=KEY)
    two: Any = AsyncClient(base_url="http://127.0.0.1:1", api_key=KEY)
    for path in ("assistants", "threads", "threads.messages", "threads.runs"):
        first, second = one, two
        for part in path.split("."):
            first, second = getattr(first, part), getattr(second, part)
        names = {name for name in dir(type(first)) if not name.startswith("_")}
        assert names == {name for name in dir(type(second)) if not name.startswith("_")}
        for name in names:
            method, twin = getattr(type(first), name), getattr(type(second), name)
            if inspect.isfunction(method):
                assert parameters(method) == parameters(twin)
                assert plain(method.__doc__) == plain(twin.__doc__)
                at_once = name in ("list", "bind") or name.endswith("stream")
                assert inspect.iscoroutinefunction(twin) != at_once


@pytest.mark.parametrize("name", NAMES)
def test_sync_and_async_objects_have_the_same_methods(name: str) -> None:
    one, two = kind_of(name), kind_of(f"Async{name}")
    public = {each for each in dir(one) if not each.startswith("_")}
    assert public == {each for each in dir(two) if not each.startswith("_")}
    own = {each for each in public if each not in dir(model_of(one))}
    assert own >= {"refresh"}
    for each in own:
        method, twin = getattr(one, each), getattr(two, each)
        assert type(method) is type(twin)
        if inspect.isfunction(method):
            assert parameters(method) == parameters(twin), each
            assert plain(inspect.signature(method).return_annotation) in (
                plain(inspect.signature(twin).return_annotation).replace(
                    "Pages", "Page"
                )
            )
            assert inspect.iscoroutinefunction(twin) != (each in AT_ONCE), each
            assert not inspect.iscoroutinefunction(method)


@each_case("name", KINDS)
def test_nothing_of_a_live_object_hides_a_field(name: str) -> None:
    kind = kind_of(name)
    model = model_of(kind)
    fields = {each.name for each in attrs.fields(model)}
    times = {each for each in vars(model) if each.endswith("_datetime")}
    assert {"id", "additional_properties"} <= fields
    assert times or not any(each.endswith("_at") for each in fields)
    # What every model has: a method of ours in its place would change it as well.
    others = {each for each in dir(model) if not each.startswith("_")}
    added = {
        each
        for above in kind.__mro__[: kind.__mro__.index(model)]
        for each in vars(above)
        if not each.startswith("_")
    }
    assert added & (fields | times | others) == set()

"""Method by method, what the `openai` package takes is taken here too."""

from __future__ import annotations

import inspect
from typing import TYPE_CHECKING, Any

import openai
import pytest

import assistants_client
from assistants_client import AsyncClient, Client
from assistants_client._endpoints import ENDPOINTS
from assistants_client.resources import _params

if TYPE_CHECKING:
    from collections.abc import Iterator

URL = "http://127.0.0.1:1"


def found(client: Any, name: str) -> Any:
    for part in name.split("."):
        client = getattr(client, part)
    return client


def pairs() -> Iterator[Any]:
    theirs = openai.OpenAI(base_url=URL, api_key="x").beta
    theirs_async = openai.AsyncOpenAI(base_url=URL, api_key="x").beta
    ours = Client(base_url=URL, api_key="xxxxxx")
    ours_async = AsyncClient(base_url=URL, api_key="xxxxxx")
    for name in ENDPOINTS:
        yield pytest.param(found(theirs, name), found(ours, name), id=name)
        yield pytest.param(
            found(theirs_async, name), found(ours_async, name), id=f"async {name}"
        )


def keywords(method: Any) -> set[str]:
    """Give the keywords that `**params` of a method stands for."""
    annotation = inspect.signature(method).parameters["params"].annotation
    dictionary = getattr(_params, annotation.removeprefix("Unpack[").removesuffix("]"))
    return {*dictionary.__required_keys__, *dictionary.__optional_keys__}


@pytest.mark.parametrize(("theirs", "ours"), [*pairs()])
def test_every_parameter_is_taken_here_too(theirs: Any, ours: Any) -> None:
    # Their overloads and deprecations wrap the real function.
    function = inspect.unwrap(theirs)
    known = dict(inspect.signature(function).parameters)
    known.pop("self", None)
    parameters = inspect.signature(ours).parameters
    named = {n: p for n, p in parameters.items() if n != "params"}
    allowed = {*named, *keywords(ours)}
    assert [name for name in known if name not in allowed] == []
    positional = [
        name
        for name, parameter in known.items()
        if parameter.kind is inspect.Parameter.POSITIONAL_OR_KEYWORD
    ]
    assert positional == [
        name
        for name, parameter in named.items()
        if parameter.kind is inspect.Parameter.POSITIONAL_OR_KEYWORD
    ]


ERRORS = [
    *("APIError", "APIConnectionError", "APITimeoutError", "APIStatusError"),
    *("BadRequestError", "AuthenticationError", "PermissionDeniedError"),
    *("NotFoundError", "ConflictError", "UnprocessableEntityError"),
    *("RateLimitError", "InternalServerError"),
]


@pytest.mark.parametrize("name", ERRORS)
def test_errors_have_the_same_names_and_tree(name: str) -> None:
    theirs, ours = getattr(openai, name), getattr(assistants_client, name)
    parents = {each.__name__ for each in theirs.__mro__ if each.__name__ in ERRORS}
    assert parents == {e.__name__ for e in ours.__mro__ if e.__name__ in ERRORS}


def test_everything_public_is_there() -> None:
    for name in assistants_client.__all__:
        assert getattr(assistants_client, name) is not None
    assert {*dir(assistants_client)} == {*assistants_client.__all__}
    with pytest.raises(AttributeError, match="has no attribute 'colour'"):
        assistants_client.colour  # type: ignore[attr-defined] # noqa: B018

"""Projects: nobody sees, finds, changes or learns of what belongs to another one."""

from __future__ import annotations

import re
from itertools import product
from typing import TYPE_CHECKING

import pytest

from assistants_server import LocalServer
from assistants_server.contract.operations import operations
from tests.cases import some
from tests.server.api import Api
from tests.server.furnished import Furnished
from tests.server.id_places import Place, places
from tests.server.keyed import client, make_key
from tests.server.shelf import settled

if TYPE_CHECKING:
    from collections.abc import Iterator

    import httpx

PLACES = places()
STREAMING = {each.id for each in operations() if each.streams}
_ID = re.compile(r"(asst|thread|msg|run|step|call|vs|vsfb|file)[_-][A-Za-z0-9]{24}")
_TIME = re.compile(r"\b1[0-9]{9}\b")


class Two:
    """A server with two projects, both furnished."""

    def __init__(self, server: LocalServer, keys: tuple[str, str]) -> None:
        self.mine = client(server, keys[0])
        self.theirs = client(server, keys[1])
        self.own = Furnished(server, key=keys[0])
        self.other = Furnished(server, key=keys[1])
        self.foreign = {
            **self.other.ids("submitToolOutputsToRun"),
            **self.other.ids("deleteVectorStore"),
        }
        del self.foreign["model"]
        self.theirs_before = ""

    def theirs_now(self) -> str:
        """Return all that the other project has."""
        seen = [self.theirs.get(path.format(**self.foreign)) for path in _LOOKS]
        assert {each.status_code for each in seen} == {200}
        return "\n".join(each.text for each in seen)


_LOOKS = (
    *(
        "/assistants",
        "/threads",
        "/files",
        "/vector_stores",
        "/files/{file_id}/content",
    ),
    *("/threads/{thread_id}/messages", "/threads/{thread_id}/runs"),
    *("/threads/{thread_id}/runs/{run_id}/steps", "/vector_stores/{vector_store_id}"),
    *("/vector_stores/{vector_store_id}/files", "/threads/{thread_id}"),
    "/vector_stores/{vector_store_id}/file_batches/{batch_id}/files",
)


@pytest.fixture(scope="module")
def two(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Two]:
    store = tmp_path_factory.mktemp("projects") / "state.db"
    keys = make_key(store, project="mine"), make_key(store, project="theirs")
    with LocalServer(store=store) as server:
        two = Two(server, keys)
        with two.mine, two.theirs, two.own, two.other:
            # What changes by itself is no sign that somebody else did it.
            theirs = Api(two.theirs)
            for each in some(theirs.get("/vector_stores", limit=100)["data"]):
                settled(theirs, each["id"])
            two.theirs_before = two.theirs_now()
            yield two
            assert two.theirs_now() == two.theirs_before


@pytest.mark.parametrize("operation", sorted({each.operation for each in PLACES}))
def test_an_id_of_another_project_is_like_one_of_nobody(
    two: Two, operation: str
) -> None:
    places = [each for each in PLACES if each.operation == operation]
    for place, kind in some(product(places, two.foreign)):
        foreign = two.foreign[kind]
        prefix, letters = foreign[:-24], foreign[-24:]
        answers = []
        for id in (foreign, f"{prefix}{letters[::-1]}"):  # noqa: A001 - of an object
            response = two.mine.request(**place.request(two.own.ids(operation), id))
            if response.is_success:
                two.own.succeeded(operation)
            if place.kind == "path":
                assert response.status_code == 404, (place, kind, response.text)
            answers.append((response.status_code, _shape(response)))
        assert answers[0] == answers[1], (place, kind)
    # Reading changes nothing, as is seen at the end of all tests here.
    if places[0].method != "GET":
        assert two.theirs_now() == two.theirs_before


@pytest.mark.parametrize(
    "place",
    [each for each in PLACES if each.operation in STREAMING and each.kind == "path"],
    ids=str,
)
def test_no_stream_of_others_can_be_had(two: Two, place: Place) -> None:
    sent = place.request(two.own.ids(place.operation), two.foreign[place.name])
    sent["json"]["stream"] = True
    response = two.mine.request(**sent)
    assert response.status_code == 404
    assert response.headers["content-type"] == "application/json"
    assert two.theirs_now() == two.theirs_before


def test_every_operation_was_tried() -> None:
    tried = {place.operation for place in PLACES}
    assert len(tried) == 48
    assert len(PLACES) > 90
    assert len(STREAMING) == 3
    assert {place.kind for place in PLACES} == {"path", "query", "body", ""}


def _shape(response: httpx.Response) -> str:
    """Return a response without what is different each time."""
    return _TIME.sub("TIME", _ID.sub(r"\1", response.text))

"""Objects that are copied, pickled and made live again, and what can't be."""

from __future__ import annotations

import copy
import pickle
from typing import TYPE_CHECKING, Any

import pytest

from assistants_api.models import (
    OpenAIFile,
    RunObject,
    VectorStoreFileBatchObject,
    VectorStoreObject,
)
from assistants_client import AsyncClient, Client, ConfigurationError
from assistants_server import LocalServer
from harness.either_client import entered, listed, settled
from tests.cases import some
from tests.client.both import KEY, KINDS, NAMES, use
from tests.client.live_objects import family

if TYPE_CHECKING:
    from collections.abc import Iterator

both = pytest.mark.parametrize("kind", KINDS, ids=NAMES)


@pytest.fixture(scope="module")
def server() -> Iterator[LocalServer]:
    with LocalServer(poll_after=2) as server:
        yield server


def pickled(found: Any) -> Any:
    """Return something as another process would get it."""
    content = pickle.dumps(found)
    assert KEY.encode() not in content
    return pickle.loads(content)


async def ask(live: Any, name: str) -> Any:
    """Have a live object ask the server."""
    if name == "Message":
        return await settled(live.thread())
    return await settled(live.refresh())


@both
@pytest.mark.parametrize("other", KINDS, ids=["to sync", "to async"])
def test_objects_are_pickled_and_attached(
    kind: Any, other: Any, server: LocalServer
) -> None:
    async def make(client: Any) -> Any:
        return [(n, pickled(each)) for n, each in (await family(client)).items()]

    made = use(kind, make, base_url=server.url)

    async def attach(client: Any) -> None:
        for name, each in some(made):
            with pytest.raises(ConfigurationError, match=r"client\.attach\(\.\.\.\)"):
                await ask(each, name)
            live = client.attach(each)
            assert (live is each) is (kind is other)
            expected = f"Async{name}" if other is AsyncClient else name
            assert type(live).__name__ == expected
            await ask(live, name)
            for again in (copy.copy(live), copy.deepcopy(live)):
                assert again == live
                await ask(again, name)

    use(other, attach, base_url=server.url)


@both
def test_ids_that_the_server_left_out_stay(kind: Any, server: LocalServer) -> None:
    async def walk(client: Any) -> Any:
        made = await family(client)
        run = made["Run"]
        ids = {"thread_id": run.thread_id, "run_id": run.id}
        bare = RunObject.from_dict({"status": "completed"})
        assert (await settled(client.attach(bare, **ids).refresh())) == run
        # Those by which it was asked for are pickled with it.
        again = client.attach(pickled(client.attach(bare, **ids)))
        assert (await settled(again.refresh())) == run
        data = {**run.to_dict(), "metadata": {"a": "b"}}
        assert client.attach(data).metadata == {"a": "b"}
        assert (await settled(client.attach(run.to_dict()).refresh())) == run

    use(kind, walk, base_url=server.url)


@both
@pytest.mark.parametrize("other", KINDS, ids=["to sync", "to async"])
def test_pages_are_pickled_and_attached(
    kind: Any, other: Any, server: LocalServer
) -> None:
    async def make(client: Any) -> Any:
        thread = await settled(client.threads.create())
        for number in range(5):
            await settled(thread.add_message(str(number)))
        page = await settled(
            client.threads.messages.list(
                thread, limit=2, order="asc", max_items=4, extra_headers={"x-key": KEY}
            )
        )
        twin = copy.deepcopy(page)
        assert twin == page
        assert twin.data[0] is not page.data[0]
        assert len(await listed(twin)) == len(await listed(copy.copy(page))) == 4
        return thread.id, pickled(page), page

    thread_id, page, original = use(kind, make, base_url=server.url)
    assert page == original
    assert page.to_dict() == original.to_dict()
    assert page.has_next_page()

    async def attach(client: Any) -> None:
        with pytest.raises(ConfigurationError, match=r"client\.attach\(page\)"):
            await settled(page.get_next_page())
        live = client.attach(page)
        assert [each.text for each in await listed(live)] == [*"0123"]
        second = await settled(live.get_next_page())
        assert len(await listed(second.iter_pages())) == 2
        first = live.data[0]
        assert (await settled(first.refresh())).thread_id == thread_id

    use(other, attach, base_url=server.url)


@both
@pytest.mark.parametrize("other", KINDS, ids=["to sync", "to async"])
def test_files_and_vector_stores_too(
    kind: Any, other: Any, server: LocalServer
) -> None:
    async def make(client: Any) -> Any:
        for number in range(3):
            given = (f"{number}.txt", b"text")
            await settled(client.files.create(file=given, purpose="assistants"))
        store = await settled(client.vector_stores.create(name="x"))
        models = await settled(client.models.list())
        files = await settled(client.files.list(limit=2))
        return [pickled(each) for each in (files, store, models, files.data[0])]

    files, store, models, file = use(kind, make, base_url=server.url)

    async def attach(client: Any) -> None:
        live = client.attach(files)
        assert len(await listed(live)) >= 3
        for each in (live.data[0], client.attach(file), client.attach(store)):
            await settled(each.refresh())
        assert [each.id for each in await listed(client.attach(models))]
        made = OpenAIFile.from_dict(file.to_dict())
        assert (await settled(client.attach(made).refresh())).id == file.id
        data = VectorStoreObject.from_dict(store.to_dict())
        assert (await settled(client.attach(data).refresh())).id == store.id

    use(other, attach, base_url=server.url)


@both
def test_what_can_not_be_attached(kind: Any, server: LocalServer) -> None:
    async def refuse(client: Any) -> None:
        batch = VectorStoreFileBatchObject.from_dict({"id": "vsfb_1"})
        for found in (None, "run_1", {}, {"object": "list"}, batch, [], object()):
            with pytest.raises(ConfigurationError, match="can't be attached"):
                client.attach(found)

    use(kind, refuse, base_url=server.url)


def resources(client: Any) -> list[Any]:
    return [
        *(client, client.beta, client.threads, client.threads.runs),
        *(client.threads.runs.steps, client.files, client.vector_stores),
    ]


def variants(client: Any) -> list[Any]:
    return [
        *(client.with_raw_response, client.with_raw_response.threads.runs),
        *(client.with_streaming_response, client.threads.with_streaming_response),
    ]


@both
def test_clients_and_resources_are_copied(kind: Any, server: LocalServer) -> None:
    async def walk(client: Any) -> None:
        for each in [*resources(client), *variants(client)]:
            for made in (copy.copy(each), copy.deepcopy(each)):
                assert type(made) is type(each)
        for made in (copy.copy(client), copy.deepcopy({"a": [client]})["a"][0]):
            assert made is not client
            assert made.options == client.options
            assert made._pool is client._pool
            await settled(made.threads.create())
        thread = await settled(copy.deepcopy(client.threads).create())
        raw = copy.deepcopy(client.with_raw_response.threads)
        assert (await settled(raw.retrieve(thread.id))).parse() == thread

    use(kind, walk, base_url=server.url)


@both
def test_what_has_a_connection_is_not_pickled(kind: Any, server: LocalServer) -> None:
    async def walk(client: Any) -> None:
        for each in some(resources(client)):
            with pytest.raises(ConfigurationError, match="make one in each process"):
                pickle.dumps(each)
        raw = await settled(client.with_raw_response.threads.create())
        for copied in (pickle.dumps, copy.copy, copy.deepcopy):
            with pytest.raises(ConfigurationError, match=r"parse\(\) or json\(\)"):
                copied(raw)
        assistant = await settled(client.assistants.create(model="m"))
        events = await settled(
            client.threads.runs.create(
                (await settled(client.threads.create())).id,
                assistant_id=assistant,
                stream=True,
            )
        )
        async with entered(events) as stream:
            for copied in (pickle.dumps, copy.copy, copy.deepcopy):
                with pytest.raises(
                    ConfigurationError, match="a stream can't be copied"
                ):
                    copied(stream)
            await listed(stream)
            state = copy.deepcopy(stream.snapshots)
            assert state.run == stream.snapshots.run
            assert state.run is not stream.snapshots.run

    use(kind, walk, base_url=server.url)


def test_a_lazy_list_is_fetched_before_it_is_pickled() -> None:
    client = AsyncClient(base_url="http://127.0.0.1:1", api_key=KEY)
    with pytest.raises(ConfigurationError, match="await it for a page"):
        pickle.dumps(client.assistants.list())


# What follows is for type checkers.
def _types(client: Client, other: AsyncClient, found: RunObject) -> tuple[str, Any]:
    return client.attach(found).refresh().status, other.attach(found).refresh()

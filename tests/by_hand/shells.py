"""What a person writes in the facade, so that new operations become its methods."""

from __future__ import annotations

from typing import Final

from tests.by_hand.editing import Edit

_RESOURCES: Final = "assistants_client/resources"
_THREADS: Final = f"{_RESOURCES}/threads.py"
_CREATE: Final = '''\
    def create(self, **params: Unpack[ThreadCreate]) -> Thread:
        """Create a thread, with its first messages if there are any."""
        return self._do(CREATE_THREAD, params)

'''
_CREATE_ASYNC: Final = '''\
    async def create(self, **params: Unpack[ThreadCreate]) -> AsyncThread:
        """Create a thread, with its first messages if there are any."""
        return await self._do(CREATE_THREAD, params)

'''

NAMES: Final = (
    Edit(
        "assistants_client/_operations.py",
        '    "threads.retrieve", "threads.get_thread", "Thread"\n)\n',
        """\
ARCHIVE_THREAD: _Threads = Operation(
    "threads.archive", "threads.archive_thread", "Thread"
)
LIST_THREADS: _Threads = Operation("threads.list", "threads.list_threads", "Thread")
""",
    ),
    Edit(
        _THREADS,
        "from .._operations import (\n",
        "    ARCHIVE_THREAD,\n    LIST_THREADS,\n",
    ),
)
"""What the methods are called, and where they go."""

METHODS: Final = (
    Edit(
        _THREADS,
        _CREATE,
        '''\
    def archive(
        self, thread_id: str | HasId, **params: Unpack[ThreadArchive]
    ) -> Thread:
        """Archive a thread."""
        return self._do(ARCHIVE_THREAD, params, thread_id=thread_id)

    def list(self, **params: Unpack[ListParams]) -> Page[Thread]:
        """List the threads, page by page."""
        return self._list(LIST_THREADS, params)

''',
    ),
    Edit(
        _THREADS,
        _CREATE_ASYNC,
        '''\
    async def archive(
        self, thread_id: str | HasId, **params: Unpack[ThreadArchive]
    ) -> AsyncThread:
        """Archive a thread."""
        return await self._do(ARCHIVE_THREAD, params, thread_id=thread_id)

    def list(self, **params: Unpack[ListParams]) -> AsyncPages[AsyncThread]:
        """List the threads, page by page."""
        return self._list(LIST_THREADS, params)

''',
    ),
    Edit(
        _THREADS,
        "    from .._call import HasId\n",
        "    from ..pages import AsyncPages, Page\n",
    ),
    Edit(
        _THREADS,
        "    from ._params import (\n",
        "        ListParams,\n        ThreadArchive,\n",
    ),
    Edit(
        f"{_RESOURCES}/_params.py",
        "from .._api import (\n",
        "    ArchiveThreadRequestDict,\n",
    ),
    Edit(
        f"{_RESOURCES}/_params.py",
        '    """What changing a thread takes."""\n\n\n',
        '''\
class ThreadArchive(ArchiveThreadRequestDict, CallOptions):
    """What archiving a thread takes."""


''',
    ),
)
"""The methods, and what their signatures name."""


def _twice(module: str, wrap: str) -> tuple[Edit, ...]:
    """Write the methods where those stand that give the answer itself."""
    return tuple(
        Edit(
            f"{_RESOURCES}/{module}.py",
            f"        self.create = {each}(threads.create)\n",
            f"        self.archive = {each}(threads.archive)\n"
            f"        self.list = {each}(threads.list)\n",
        )
        for each in (wrap, f"{wrap}_async")
    )


ANSWERS: Final = (*_twice("_raw", "raw"), *_twice("_streamed", "streamed"))
"""The same methods behind `with_raw_response` and `with_streaming_response`."""

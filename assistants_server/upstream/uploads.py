"""Files that the upstream's code interpreter reads: its own copies of them."""

from __future__ import annotations

import asyncio
import time
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Final

from .._api import in_thread
from .._model_api import ApiError, File, UnusableFile, create_file, delete_file, models
from ..engines.upstream_errors import UpstreamError
from .values import text_of

if TYPE_CHECKING:
    from .._model_api import Request
    from ..engines.interface import Turn, TurnFile
    from .connection import Connection

# Seconds after which the upstream deletes a copy by itself, and after which it is made
# again: a turn that has just begun must find it.
_LIFE: Final = 24 * 3600
_FRESH: Final = 20 * 3600
# Seconds that deleting them may take when the server stops.
_PATIENCE: Final = 5.0
_REFUSED: Final = "invalid_prompt"


@dataclass(frozen=True)
class _Copy:
    id: str
    made: float


class Uploads:
    """Upload each file once; its copy is used by all runs, and deleted at the end."""

    def __init__(self, connection: Connection) -> None:
        """Upload nothing yet.

        Args:
            connection: the one to the upstream.
        """
        self._connection = connection
        self._copies: dict[str, _Copy] = {}
        # Runs that begin together may read the same file.
        self._uploading: dict[str, asyncio.Lock] = {}

    async def ids_of(self, turn: Turn, *, until: float) -> tuple[str, ...]:
        """Return the upstream's ids of the files that code of a turn may read.

        Args:
            turn: the turn.
            until: the time at which its run expires, in seconds since 1970.

        Raises:
            UpstreamError: the upstream doesn't take one of them.
        """
        files = [turn.files[each] for each in turn.code_files if each in turn.files]
        return tuple([i for each in files if (i := await self._id_of(each, until))])

    async def delete(self) -> None:
        """Delete the copies, as far as the upstream does it at once."""
        copies, self._copies, self._uploading = self._copies, {}, {}
        with suppress(TimeoutError):
            async with asyncio.timeout(_PATIENCE):
                for copy in copies.values():
                    request = delete_file.build_request(copy.id)
                    with suppress(UpstreamError):
                        await self._connection.send_async(request, until=0, tries=1)

    async def _id_of(self, file: TurnFile, until: float) -> str | None:
        """Return the upstream's id of a file; None for one that was deleted here."""
        async with self._uploading.setdefault(file.id, asyncio.Lock()):
            copy = self._copies.get(file.id)
            if copy is None or time.time() - copy.made > _FRESH:
                made = time.time()
                try:
                    copy = _Copy(await self._upload(file, until), made)
                except (FileNotFoundError, UnusableFile):
                    return None
                self._copies[file.id] = copy
            return copy.id

    async def _upload(self, file: TurnFile, until: float) -> str:
        try:
            try:
                request = await in_thread(partial(upload_request, file))
                return await self._sent(request, until)
            except UpstreamError as error:
                if error.code != _REFUSED:
                    raise
                request = await in_thread(partial(plain_upload_request, file))
                return await self._sent(request, until)
        except FileNotFoundError:
            raise
        except OSError as error:
            why = f"it can't be read: {error.strerror}."
            raise UpstreamError(f"{_refused(file)}: {why}") from error
        except UpstreamError as error:
            what = f"{_refused(file)}: {error}"
            raise UpstreamError(what, error.code, error.text) from error

    async def _sent(self, request: Request, until: float) -> str:
        response = await self._connection.send_async(request, until=until)
        with suppress(ApiError):
            made = create_file.parse_response(response)
            if isinstance(made, models.OpenAIFile) and text_of(made.id):
                return made.id
        raise UpstreamError(f"{self._connection.name} answered without an id.")


def _refused(file: TurnFile) -> str:
    return f"The model's server can't be given {file.filename}"


def upload_request(file: TurnFile) -> Request:
    """Return the request that uploads a file for a day.

    Azure needs an expiry, and has no other purpose for files of this kind.
    """
    return create_file.build_request(
        body={
            "file": File(file.path, file.filename, file.media_type),
            "purpose": "assistants",
            "expires_after": {"anchor": "created_at", "seconds": _LIFE},
        }
    )


def plain_upload_request(file: TurnFile) -> Request:
    """Return the request that uploads a file where the other one is refused."""
    content = File(file.path, file.filename, file.media_type)
    return create_file.build_request(body={"file": content, "purpose": "user_data"})

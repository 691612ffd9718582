"""Files that are the upstream's, before they are files of the server."""

from __future__ import annotations

import base64
import binascii
import logging
from dataclasses import dataclass
from mimetypes import guess_extension, guess_type
from typing import TYPE_CHECKING
from urllib.parse import unquote_to_bytes

from .._model_api import retrieve_container_file_content
from ..engines.upstream_errors import UpstreamError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from ..engines.turn_events import Output
    from .connection import Connection

_log = logging.getLogger("assistants_server")


@dataclass(frozen=True)
class ForeignFile:
    """A file in a container of the upstream, or in an answer of its.

    Attributes:
        filename: its name.
        container: the container that it is in.
        id: its id there.
        url: the data URL that holds it, where it is in no container.
    """

    filename: str
    container: str = ""
    id: str = ""
    url: str = ""

    @property
    def is_image(self) -> bool:
        """Return whether its name says that it is an image."""
        return (guess_type(self.filename)[0] or "").startswith("image/")

    async def content(self, connection: Connection, until: float) -> bytes | None:
        """Return its content; None where the upstream doesn't offer it.

        Azure had no contents of files in containers in 2025.

        Args:
            connection: the one to the upstream.
            until: the time at which the run expires, in seconds since 1970.
        """
        if self.url:
            return _content_of(self.url)
        try:
            request = retrieve_container_file_content.build_request(
                self.container, self.id
            )
            response = await connection.send_async(request, until=until)
        except (UpstreamError, ValueError) as error:
            _log.warning("the file %s stays at the upstream: %s", self.id, error)
            return None
        return response.content


@dataclass(frozen=True)
class WithFiles:
    """Outputs that name files, and can be made when these are here.

    Attributes:
        files: the files.
        outputs: returns the outputs for the ids of those that are here, in order.
    """

    files: tuple[ForeignFile, ...]
    outputs: Callable[[Sequence[str]], list[Output]]


def image_of(url: str) -> ForeignFile | None:
    """Return the image that a data URL holds.

    Nothing is fetched by another URL, which may lead anywhere.
    """
    kind = url.removeprefix("data:").partition(";")[0].partition(",")[0]
    if not url.startswith("data:image/"):
        return None
    return ForeignFile(f"image{guess_extension(kind) or '.png'}", url=url)


def _content_of(url: str) -> bytes | None:
    """Return what a data URL holds; None where that can't be read."""
    head, _, data = url.partition(",")
    if not data:
        return None
    content = unquote_to_bytes(data)
    if not head.endswith(";base64"):
        return content
    try:
        return base64.b64decode(content, validate=True)
    except (binascii.Error, ValueError):
        return None

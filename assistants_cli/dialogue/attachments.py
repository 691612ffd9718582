"""Files that go with a question."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from mimetypes import guess_type
from typing import TYPE_CHECKING, Any, Final

from ..failures import WrongUse

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from ..session import Session

_IMAGES: Final = {"image/gif", "image/jpeg", "image/png", "image/webp"}


class FileTool(StrEnum):
    """What a model uses files with."""

    FILE_SEARCH = "file_search"
    CODE_INTERPRETER = "code_interpreter"


@dataclass
class Attachments:
    """Files that were uploaded for a message.

    Attributes:
        parts: parts of the message, for images.
        files: attachments of the message, for other files.
        tools: the definitions of the tools that are needed for them.
    """

    parts: list[dict[str, Any]] = field(default_factory=list)
    files: list[dict[str, Any]] = field(default_factory=list)
    tools: list[dict[str, Any]] = field(default_factory=list)

    def content(self, text: str) -> Any:
        """Return the content of the message with a text."""
        return [{"type": "text", "text": text}, *self.parts] if self.parts else text


def checked(files: Sequence[Path]) -> None:
    """See that files can be read, before anything is sent.

    Raises:
        WrongUse: one can't.
    """
    for each in files:
        try:
            with each.open("rb"):
                pass
        except OSError as error:
            raise WrongUse(f"{each}: {error.strerror or error}") from error


def upload(session: Session, files: Sequence[Path], use: FileTool) -> Attachments:
    """Upload files for a message; images become parts of it.

    Raises:
        WrongUse: one can't be read; nothing was uploaded.
        APIError: the server refuses one.
    """
    checked(files)
    found = Attachments()
    tool = {"type": use.value}
    for each in files:
        is_image = guess_type(each.name)[0] in _IMAGES
        purpose = "vision" if is_image else "assistants"
        stored = session.client.files.create(file=each, purpose=purpose)
        session.output.hint(f"uploaded {each} as {stored.id}")
        if is_image:
            image = {"type": "image_file", "image_file": {"file_id": stored.id}}
            found.parts.append(image)
        else:
            found.files.append({"file_id": stored.id, "tools": [tool]})
            found.tools = [tool]
    return found

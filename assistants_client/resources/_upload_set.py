"""Uploads of many files, some at once, of which none is lost."""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING, Any, Final

from .. import _api
from .._call import make_call
from .._effects import Invocation, Invoke, InvokeAll
from .._errors import ConfigurationError
from .._file_errors import UploadError, UploadFailure
from .._flows.uploads import upload_of
from .._log import LOGGER
from .._operations import CREATE_FILE
from ._overall_progress import OverallProgress
from ._readers import object_reader

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from .._call import Call
    from .._effects import Flow, Upload

PURPOSE: Final = "assistants"
"""What files of vector stores are for."""


class UploadSet:
    """Files that are uploaded, so many at once."""

    def __init__(
        self,
        client: Any,
        files: Sequence[Any],
        options: Mapping[str, Any],
        progress: Any,
        most: int,
    ) -> None:
        """Make a call for each file.

        Args:
            client: the client.
            files: the files.
            options: the options of each call.
            progress: as for `files.create`, of all files together.
            most: how many are uploaded at once.

        Raises:
            ConfigurationError: some are no files; the error names each.
        """
        self._client = client
        self._most = most
        self._progress = OverallProgress(progress, len(files))
        self._calls: list[Call[Any]] = []
        self._left = deque(range(len(files)))
        self._stored: dict[int, Any] = {}
        self._failed: dict[int, Exception] = {}
        read = object_reader(CREATE_FILE, client, {})
        problems = _repeated(files)
        for number, file in enumerate(files):
            given = {"file": file, "purpose": PURPOSE, **options}
            given["progress"] = self._progress.of(number)
            try:
                self._calls.append(make_call(CREATE_FILE, given, {}, read))
            except ConfigurationError as error:
                problems.append(f"files[{number}]: {error}")
        _refuse(problems)

    def flow(self) -> Flow[list[Any]]:
        """Upload all; return what the server stored, in the order of the files.

        Raises:
            ConfigurationError: some can't be read; nothing was uploaded.
            UploadError: some could not be uploaded.
        """
        asynchronous = self._client.asynchronous
        yield Invoke(self._check_async if asynchronous else self._check)
        work = self._work_async if asynchronous else self._work
        count = min(self._most, len(self._calls))
        try:
            yield InvokeAll(tuple(Invocation(function=work) for _ in range(count)))
        except GeneratorExit:
            # An interruption: nobody will return them.
            leave(self.stored)
            raise
        finally:
            # Threads that go on begin no more of them.
            self._left.clear()
            self._progress.clear()
        if self._failed:
            raise UploadError(
                [
                    UploadFailure(number, self._name(number), self._failed[number])
                    for number in sorted(self._failed)
                ],
                self.stored,
            )
        return self.stored

    @property
    def stored(self) -> list[Any]:
        """Return what was uploaded so far, in the order of the files."""
        return [self._stored[number] for number in sorted(self._stored)]

    def _name(self, number: int) -> str:
        files: Any = self._calls[number].request.files
        name: str = files[0][1][0]
        return name

    def _check(self) -> None:
        """See that each file can be read, before any is uploaded."""
        problems = []
        for number, upload in enumerate(self._uploads()):
            try:
                upload.form.open()
            except _api.UnusableFile as error:
                problems.append(f"files[{number}]: {error}")
            self._measure(number, upload)
        _refuse(problems)

    async def _check_async(self) -> None:
        problems = []
        for number, upload in enumerate(self._uploads()):
            try:
                await upload.form.open_async()
            except _api.UnusableFile as error:
                problems.append(f"files[{number}]: {error}")
            self._measure(number, upload)
        _refuse(problems)

    def _uploads(self) -> list[Upload]:
        return [upload_of(call) for call in self._calls]

    def _measure(self, number: int, upload: Upload) -> None:
        (file,) = (part for part in upload.form.parts if part.is_file)
        self._progress.expect(number, file.source.length)

    def _work(self) -> None:
        """Upload one after the other, as long as some are left."""
        while (number := self._next()) is not None:
            try:
                found = self._client._perform(self._calls[number]).read()
            except Exception as error:  # noqa: BLE001 - it is named with all others
                self._failed[number] = error
            else:
                self._stored[number] = found

    async def _work_async(self) -> None:
        while (number := self._next()) is not None:
            try:
                found = (await self._client._perform(self._calls[number])).read()
            except Exception as error:  # noqa: BLE001 - it is named with all others
                self._failed[number] = error
            else:
                self._stored[number] = found

    def _next(self) -> int | None:
        try:
            return self._left.popleft()
        except IndexError:
            return None


def leave(stored: Sequence[Any]) -> None:
    """Log which files were uploaded, where nobody returns them any more."""
    if stored:
        names = ", ".join(str(each.id) for each in stored)
        LOGGER.warning("interrupted: these files have been uploaded: %s", names)


def _repeated(files: Sequence[Any]) -> list[str]:
    """Find open files that stand there twice, and would be read at once."""
    seen: dict[int, int] = {}
    problems = []
    for number, file in enumerate(files):
        content = file[1] if isinstance(file, tuple) and len(file) > 1 else file
        content = getattr(content, "content", content)
        if not (hasattr(content, "read") or hasattr(content, "__next__")):
            continue
        first = seen.setdefault(id(content), number)
        if first != number:
            problems.append(f"files[{number}] is the same open file as files[{first}]")
    return problems


def _refuse(problems: list[str]) -> None:
    if problems:
        raise ConfigurationError("; ".join(problems))

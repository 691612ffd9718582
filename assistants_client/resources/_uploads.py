"""Make the flows that upload files, and add them to a vector store then."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from os import PathLike
from typing import TYPE_CHECKING, Any

from .._call import make_call
from .._errors import AssistantsError, ConfigurationError
from .._flows.call import perform_call
from .._operations import CREATE_FILE, CREATE_VECTOR_STORE_FILE_BATCH
from ._base import ids_in
from ._inherited import inherited
from ._readers import object_reader
from ._upload_set import PURPOSE, UploadSet, leave
from ._waits_for_files import wait_flow

if TYPE_CHECKING:
    from collections.abc import Callable

    from .._call import CallOptions, CallResult
    from .._effects import Flow
    from .._operation import Operation

    Attach = Callable[[list[Any]], tuple[Flow[Any], CallOptions]]


def upload_flow(
    operation: Operation[Any, Any],
    params: dict[str, Any],
    client: Any,
    *,
    wait: bool = False,
) -> tuple[Flow[Any], CallOptions]:
    """Return the flow of uploads, and of the call that takes what was uploaded.

    Args:
        operation: the operation of that call.
        params: the keyword arguments of the method.
        client: the client whose call it is.
        wait: whether what the call returns is waited for.

    Raises:
        ConfigurationError: an argument can't be used.
    """
    if operation is CREATE_VECTOR_STORE_FILE_BATCH:
        known = _ids(params.pop("file_ids", None))
        upload, stand_ins = _many(params, client, known)
    else:
        upload, stand_ins = _one(params, client), ["file"]
        known = []

    def attach(ids: list[Any]) -> tuple[Flow[Any], CallOptions]:
        if operation is CREATE_VECTOR_STORE_FILE_BATCH:
            own = {**params, "file_ids": [*known, *ids]}
        else:
            own = {**params, "file_id": ids[0]}
        if wait:
            return wait_flow(operation, own, client)
        path = ids_in(operation, own)
        call = make_call(operation, own, path, object_reader(operation, client, path))
        return _read(perform_call(call, client.options)), call.options

    # So a wrong argument is refused before anything is uploaded.
    _, options = attach(stand_ins)
    return _upload_and_attach(upload, attach), options


def _upload_and_attach(upload: Flow[list[Any]], attach: Attach) -> Flow[Any]:
    stored = yield from upload
    try:
        flow, _ = attach([each.id for each in stored])
        return (yield from flow)
    except AssistantsError as error:
        error.uploaded = stored
        names = ", ".join(str(each.id) for each in stored)
        error.add_note(f"these files have been uploaded before: {names}")
        raise
    except GeneratorExit:
        leave(stored)
        raise


def _read(flow: Flow[CallResult[Any]]) -> Flow[Any]:
    return (yield from flow).read()


def _one(params: dict[str, Any], client: Any) -> Flow[list[Any]]:
    """Return the flow of the upload of a single file."""
    given = {
        "file": params.pop("file"),
        "purpose": PURPOSE,
        "progress": params.pop("progress", False),
        **inherited(params),
    }
    read = object_reader(CREATE_FILE, client, {})
    call = make_call(CREATE_FILE, given, {}, read)

    def flow() -> Flow[list[Any]]:
        return [(yield from perform_call(call, client.options)).read()]

    return flow()


def _ids(given: Any) -> list[Any]:
    """Return the ids of files that have been uploaded already.

    Raises:
        ConfigurationError: it is no list.
    """
    if given is None:
        return []
    is_list = isinstance(given, Iterable) and not isinstance(given, str | Mapping)
    if not is_list or hasattr(given, "id"):
        kind = type(given).__name__
        raise ConfigurationError(f"file_ids must be a list of ids, not {kind}")
    return [*given]


def _many(
    params: dict[str, Any], client: Any, known: list[Any]
) -> tuple[Flow[list[Any]], list[str]]:
    """Return the flow of uploads of several files, and what stands for their ids."""
    files: Any = params.pop("files")
    kinds = (str, bytes, bytearray, memoryview, PathLike, Mapping)
    is_one = isinstance(files, kinds) or hasattr(files, "read")
    if is_one or not isinstance(files, Iterable):
        kind = type(files).__name__
        raise ConfigurationError(f"files must be a list of files, not {kind}")
    if isinstance(files, tuple) and files and isinstance(files[0], str):
        raise ConfigurationError(
            "files is a tuple that begins with text: a list of one file with a name is "
            "[(name, content)]"
        )
    listed = [*files]
    if not listed and not known:
        raise ConfigurationError(
            "files is empty; for files that have been uploaded already, call "
            "create_and_poll with their file_ids"
        )
    most: Any = params.pop("max_concurrency", 5)
    if isinstance(most, bool) or not isinstance(most, int) or most < 1:
        raise ConfigurationError(f"max_concurrency must be 1 or more, not {most!r}")
    progress = params.pop("progress", False)
    uploads = UploadSet(client, listed, inherited(params), progress, most)
    return uploads.flow(), ["file"] * len(listed)

"""Objects without a client, such as pickled ones, made live: methods of clients."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, overload

from . import _api
from ._errors import ArgumentError, ConfigurationError
from ._ids import EXPECTED, KINDS
from ._operations import LIVE, OPERATIONS
from .objects._live import LiveObject, bind, bound_ids, share_read
from .resources._base import page_calls
from .resources._readers import live_class

if TYPE_CHECKING:
    from typing import TypeVar

    from ._call import Id
    from .objects.assistants import Assistant, AsyncAssistant
    from .objects.files import AsyncFileObject, FileObject
    from .objects.messages import AsyncMessage, Message
    from .objects.runs import AsyncRun, Run
    from .objects.steps import AsyncRunStep, RunStep
    from .objects.threads import AsyncThread, Thread
    from .objects.vector_stores import AsyncVectorStore, VectorStore
    from .pages import AsyncPage, Page

    T = TypeVar("T")


class AttachMethods:
    """Methods for objects that no client returned, or that lost theirs."""

    @overload
    def attach(self, found: _api.AssistantObject, **ids: Id) -> Assistant: ...
    @overload
    def attach(self, found: _api.OpenAIFile, **ids: Id) -> FileObject: ...
    @overload
    def attach(self, found: _api.MessageObject, **ids: Id) -> Message: ...
    @overload
    def attach(self, found: _api.RunObject, **ids: Id) -> Run: ...
    @overload
    def attach(self, found: _api.RunStepObject, **ids: Id) -> RunStep: ...
    @overload
    def attach(self, found: _api.ThreadObject, **ids: Id) -> Thread: ...
    @overload
    def attach(self, found: _api.VectorStoreObject, **ids: Id) -> VectorStore: ...
    @overload
    def attach(self, found: Page[T] | AsyncPage[T], **ids: Id) -> Page[T]: ...
    @overload
    def attach(self, found: Mapping[str, Any], **ids: Id) -> Any: ...
    def attach(self, found: Any, **ids: Id) -> Any:
        """Return an object as a live one of this client; nothing is sent.

        Args:
            found: what was pickled, made by `from_dict`, or returned by another client:
                an assistant, a thread, a message, a run, a step, a file, a vector
                store, or a page of a list; or JSON data of one, with `object` in it. A
                live object of this kind of client is changed itself, of anything else a
                new one is made. A page keeps its query and its bounds, but not the
                options of its call.
            ids: path parameters that the object lacks, such as `thread_id`.

        Raises:
            ConfigurationError: it is none of these.
        """
        return attached(self, found, ids)


class AsyncAttachMethods:
    """Methods for objects that no client returned, or that lost theirs."""

    @overload
    def attach(self, found: _api.AssistantObject, **ids: Id) -> AsyncAssistant: ...
    @overload
    def attach(self, found: _api.OpenAIFile, **ids: Id) -> AsyncFileObject: ...
    @overload
    def attach(self, found: _api.MessageObject, **ids: Id) -> AsyncMessage: ...
    @overload
    def attach(self, found: _api.RunObject, **ids: Id) -> AsyncRun: ...
    @overload
    def attach(self, found: _api.RunStepObject, **ids: Id) -> AsyncRunStep: ...
    @overload
    def attach(self, found: _api.ThreadObject, **ids: Id) -> AsyncThread: ...
    @overload
    def attach(self, found: _api.VectorStoreObject, **ids: Id) -> AsyncVectorStore: ...
    @overload
    def attach(self, found: Page[T] | AsyncPage[T], **ids: Id) -> AsyncPage[T]: ...
    @overload
    def attach(self, found: Mapping[str, Any], **ids: Id) -> Any: ...
    def attach(self, found: Any, **ids: Id) -> Any:
        """Return an object as a live one of this client; see `Client.attach`."""
        return attached(self, found, ids)


def attached(client: Any, found: Any, ids: Mapping[str, Any]) -> Any:
    """Return an object as a live one of a client; `Client.attach` has the rest."""
    for name in ids:
        if name not in EXPECTED:
            names = ", ".join(each for each in EXPECTED if each.endswith("_id"))
            raise ArgumentError(f"attach() takes no {name}, but ids: {names}")
    # Late, as lists are much to import for who reads none.
    from .pages import AsyncPage, Page

    if isinstance(found, Page | AsyncPage):
        return _attached_page(client, found, ids)
    kind = _kind_of(found)
    if kind is None:
        what = type(found).__name__
        raise ConfigurationError(
            f"{what} can't be attached: pass an assistant, a thread, a message, a run, "
            "a step, a file, a vector store or a page, or JSON data of one"
        )
    known = {**bound_ids(found), **ids} if isinstance(found, LiveObject) else ids
    live = live_class(kind, client.asynchronous)
    if not isinstance(found, live):
        other, found = found, live.from_dict(_api.to_json(found))
        share_read(other, found)
    bind(found, client, known)
    return found


def _kind_of(found: Any) -> str | None:
    """Return the kind of live object that something can be; None if it can be none."""
    if isinstance(found, _api.Model):
        import attrs

        kind: Any = type(found)
        own = attrs.fields_dict(kind).get("object")
        return None if own is None else _live_kind(own.default)
    return _live_kind(found.get("object")) if isinstance(found, Mapping) else None


def _live_kind(said: Any) -> str | None:
    kind, _ = KINDS.get(said, ("", "")) if isinstance(said, str) else ("", "")
    return kind if kind in LIVE else None


def _attached_page(client: Any, page: Any, ids: Mapping[str, Any]) -> Any:
    import attrs

    from .pages import AsyncPage, Page

    operation = OPERATIONS.get(page._operation)
    known = {**page._ids, **ids}
    if operation is None or not {*operation.parameters.path} <= known.keys():
        raise ConfigurationError(
            "this page can't be attached, as it doesn't know its method: no client "
            "returned it"
        )
    _, fetch = page_calls(operation, client, known, page._bounds, {})
    data = [
        each if _kind_of(each) is None else attached(client, each, known)
        for each in page.data
    ]
    kind: Any = AsyncPage if client.asynchronous else Page
    fields = {each.alias: getattr(page, each.name) for each in attrs.fields(type(page))}
    return kind(**{**fields, "data": data, "fetch": fetch})

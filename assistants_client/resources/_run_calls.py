"""The calls that following a run takes, once it has begun, as flows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

from .. import _api
from .._call import make_call
from .._effects import Log
from .._errors import ConfigurationError, NotFoundError
from .._flows.call import perform_call
from .._flows.paginate import Bounds, Pagination, cut_short_text
from .._flows.tool_calls import written_in
from .._ids import id_of
from .._lists import page_fields
from .._log import LOGGER
from .._operations import (
    CANCEL_RUN,
    GET_ASSISTANT,
    GET_MESSAGE,
    GET_RUN,
    LIST_MESSAGES,
    LIST_RUN_STEPS,
    LIST_RUNS,
    SUBMIT_TOOL_OUTPUTS_TO_RUN,
)
from .._run_errors import RunError
from .._tool_ledger import ToolLedger
from ._inherited import inherited
from ._readers import item_reader, object_reader, reader

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Mapping

    from .._call import Call, CallResult
    from .._effects import Flow
    from .._lists import PageFields
    from .._operation import Operation
    from .._options import Options

T = TypeVar("T")

_LARGEST_PAGE = 100


class RunCalls:
    """The calls of one run.

    Attributes:
        ledger: what has become of the run's tool calls. All objects of the run that
            come from here have it.
    """

    def __init__(
        self,
        client: Any,
        params: Mapping[str, Any],
        ids: Mapping[str, Any],
        ledger: ToolLedger | None = None,
    ) -> None:
        """Prepare the calls.

        Args:
            client: the client whose settings apply.
            params: the arguments of the method; its request options apply here as well.
            ids: the path parameters of the method. They are sure to be right, whereas
                a response may lack its own.
            ledger: what has become of the run's tool calls; that of the object which
                the method was called with, or a new one, if not given.
        """
        self._client = client
        known = ids.get("run_id")
        self.ledger = ledger or getattr(known, "_ledger", None) or ToolLedger()
        self._ids = ids
        self._options = inherited(params)

    @property
    def settings(self) -> Options:
        """Return the settings of the client."""
        found: Options = self._client.options
        return found

    def retrieve(self, run: Any) -> Flow[CallResult[Any]]:
        """Retrieve the run."""
        return self._call(GET_RUN, run)

    def cancel(self, run: Any) -> Flow[CallResult[Any]]:
        """Cancel the run."""
        return self._call(CANCEL_RUN, run)

    def submit(
        self, run: Any, body: Mapping[str, Any], *, stream: bool = False
    ) -> Flow[CallResult[Any]]:
        """Submit outputs or approvals."""
        if stream:
            body = {**body, "stream": True}
        return self._call(SUBMIT_TOOL_OUTPUTS_TO_RUN, run, body)

    def begin(self, operation: Operation[Any, Any], params: Any) -> Call[Any]:
        """Return the call of the method, whose result is the run."""
        read = self._keeping(object_reader(operation, self._client, self._ids))
        return make_call(operation, params, self._ids, read)

    def tools_of(self, assistant: Any) -> Flow[list[Any]]:
        """Return the tools of an assistant, as JSON data."""
        ids = {"assistant_id": assistant}
        read = object_reader(GET_ASSISTANT, self._client, ids)
        call = make_call(GET_ASSISTANT, self._options, ids, read)
        result = yield from perform_call(call, self._client.options)
        found = result.read().to_dict().get("tools")
        return found if isinstance(found, list) else []

    def steps(self, run: Any) -> Flow[list[Any]]:
        """Return all steps of the run, the first one first."""
        return self._all(LIST_RUN_STEPS, run)

    def messages(self, run: Any, steps: Iterable[Any] = ()) -> Flow[list[Any]]:
        """Return all messages of the run, the first one first.

        Args:
            run: the run.
            steps: its steps. Some servers don't say which run wrote a message, but the
                step that did names it.
        """
        known = self._known(run, LIST_MESSAGES)
        found = yield from self._all(LIST_MESSAGES, run, {"run_id": known["run_id"]})
        named = [*written_in(steps)]
        # Some servers don't filter.
        mine = [each for each in found if _is_of(each, known["run_id"], named)]
        there = {each.id for each in mine}
        for key in named:
            if key not in there:
                # Others filter by what they don't know.
                mine += yield from self._message(key, known)
        return mine

    def _message(self, key: str, known: Mapping[str, Any]) -> Flow[list[Any]]:
        """Return a message, in a list of its own; it is empty without it."""
        ids = {"thread_id": known["thread_id"], "message_id": key}
        read = object_reader(GET_MESSAGE, self._client, ids)
        call = make_call(GET_MESSAGE, self._options, ids, read)
        try:
            result = yield from perform_call(call, self._client.options)
        except NotFoundError:
            return []
        return [result.read()]

    def newest(self, thread_id: str) -> Flow[Any]:
        """Return the newest run of a thread; None if it has none."""
        ids = {"thread_id": thread_id}
        read = item_reader(LIST_RUNS, self._client, ids)
        data = yield from self._page(LIST_RUNS, {"limit": 1}, ids, read)
        return (
            data.data[0] if data.data and isinstance(data.data[0], _api.Model) else None
        )

    def leave(self, run: Any) -> None:
        """Log that the run waits for outputs that nobody will submit."""
        LOGGER.warning(
            "interrupted: %s waits for outputs of tools until it expires, and locks "
            "its thread; cancel it, or submit them",
            run.id,
        )

    def named(self) -> Any:
        """Return the run that the method was called with; None if it is a new one."""
        if "run_id" not in self._ids:
            return None
        known = {name: id_of(name, value) for name, value in self._ids.items()}
        return self.live("Run", {"id": known.pop("run_id"), **known})

    def live(self, kind: str, data: Any) -> Any:
        """Return the live object of JSON data; None stays None."""
        if data is None:
            return None
        found = reader(kind, self._client, self._ids)(data)
        return self._kept(found) if kind == "Run" else found

    def _known(self, run: Any, operation: Operation[Any, Any]) -> dict[str, Any]:
        """Return the ids of a run for an operation, those of the method first.

        Raises:
            RunError: the server didn't send one.
        """
        known = {"thread_id": run.thread_id, "run_id": run.id, **self._ids}
        try:
            return {name: id_of(name, value) for name, value in known.items()}
        except ConfigurationError as error:
            # It is not the user's argument that is wrong: the run has begun.
            what = "the server returned a run that can't be followed: an id is missing"
            raise RunError(f"{operation.name}: {what}: {error}", run) from None

    def _call(
        self,
        operation: Operation[Any, Any],
        run: Any,
        body: Mapping[str, Any] | None = None,
    ) -> Flow[CallResult[Any]]:
        read = self._keeping(object_reader(operation, self._client, self._ids))
        params = {**self._options, **(body or {})}
        call = make_call(operation, params, self._known(run, operation), read)
        return perform_call(call, self._client.options)

    def _keeping(
        self, read: Callable[[CallResult[object]], Any]
    ) -> Callable[[CallResult[object]], Any]:
        return lambda result: self._kept(read(result))

    def _kept(self, run: T) -> T:
        """Return a run that knows what has become of its tool calls."""
        keep = getattr(run, "_keep", None)
        if keep is not None:
            keep(self.ledger)
        return run

    def _page(
        self,
        operation: Operation[Any, Any],
        query: Mapping[str, Any],
        ids: Mapping[str, Any],
        read_item: Callable[[Any], T],
    ) -> Flow[PageFields[T]]:
        def read(result: CallResult[Any]) -> PageFields[T]:
            return page_fields(result, read_item)

        call = make_call(operation, {**self._options, **query}, ids, read)
        result: CallResult[PageFields[T]]
        result = yield from perform_call(call, self._client.options)
        return result.read()

    def _all(
        self,
        operation: Operation[Any, Any],
        run: Any,
        more: Mapping[str, Any] | None = None,
    ) -> Flow[list[Any]]:
        known = self._known(run, operation)
        read = item_reader(operation, self._client, known)
        query: dict[str, Any] | None
        query = {"limit": _LARGEST_PAGE, "order": "asc", **(more or {})}
        pagination: Pagination[Any] = Pagination(Bounds(), query)
        found: list[Any] = []
        while query is not None:
            page = yield from self._page(operation, query, known, read)
            found += pagination.take(page)
            query = pagination.next_query(page)
        if pagination.cut_short:
            yield Log("warning", cut_short_text(operation.name, pagination))
        return found


def _is_of(message: Any, run_id: str, named: Collection[str]) -> bool:
    """Return whether a run wrote a message, as far as either says so."""
    writer = getattr(message, "run_id", None)
    if isinstance(writer, str):
        return writer == run_id
    return getattr(message, "id", None) in named

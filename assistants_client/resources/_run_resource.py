"""Methods that start or continue a run, to be waited for or streamed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

from .._operations import SUBMIT_TOOL_OUTPUTS_TO_RUN
from ._base import AsyncResource, Resource, ids_in
from ._run_outputs import listed, note_outputs

if TYPE_CHECKING:
    from collections.abc import Mapping

    from .._events.snapshots import Snapshots
    from .._operation import Operation
    from ..display.conversation import Conversation
    from ..display.timeline import Timeline
    from ..streaming.managers import AssistantStreamManager, AsyncAssistantStreamManager
    from ..streaming.stream import AsyncStream, Stream

S = TypeVar("S")
A = TypeVar("A")


class RunResource(Resource):
    """Methods whose runs can be waited for, or streamed."""

    def _wait(self, operation: Operation[S, object], params: dict[str, Any]) -> S:
        from ._waits import wait_flow

        ids = ids_in(operation, params)
        flow, options = wait_flow(operation, params, ids, self._client)
        found: S = self._client._follow(flow, options)
        return found

    def _conversation(
        self, operation: Operation[Any, Any], params: dict[str, Any]
    ) -> Conversation:
        from ._displays import conversation_flow

        ids = ids_in(operation, params)
        flow, options = conversation_flow(operation, params, ids, self._client)
        return self._client._follow(flow, options)

    def _timeline(
        self, operation: Operation[Any, Any], params: dict[str, Any]
    ) -> Timeline:
        from ._displays import timeline_flow

        ids = ids_in(operation, params)
        flow, options = timeline_flow(operation, params, ids, self._client)
        return self._client._follow(flow, options)

    def _do_or_stream(
        self, operation: Operation[S, object], params: dict[str, Any]
    ) -> S | Stream:
        """Return a result, or the events of a run in its place."""
        ids = ids_in(operation, params)
        listed(operation, params)
        if _has_functions(operation, params):
            from ._run_tools import sent_flow

            flow, options = sent_flow(operation, params, ids, self._client)
            params = self._client._follow(flow, options)
        if not params.get("stream"):
            found: S = self._do(operation, {**params, **ids})
            note_outputs(params, ids, found)
            return found
        from ..streaming.stream import Stream
        from ._streams import event_call

        call = event_call(operation, params, ids, self._client, Stream)
        return self._perform(self._client, call)

    def _events(
        self, operation: Operation[object, object], params: dict[str, Any]
    ) -> Stream:
        """Return the events of a run."""
        found: Any = self._do_or_stream(operation, {**params, "stream": True})
        events: Stream = found
        return events

    def _follow(
        self, operation: Operation[object, object], params: dict[str, Any]
    ) -> AssistantStreamManager[Any]:
        """Return what follows a run by its events, with callbacks."""
        from ..streaming.handlers import AssistantEventHandler
        from ..streaming.managers import AssistantStreamManager, handler_of
        from ..streaming.stream import Stream
        from ._streams import followed_call

        client = self._client
        event_handler = params.pop("event_handler", None)
        ids = ids_in(operation, params)
        followed = followed_call(operation, params, ids, client)
        handler = handler_of(event_handler, AssistantEventHandler, followed.callbacks)

        def begin(snapshots: Snapshots) -> Stream:
            result, plan = client._follow(followed.begin(), followed.options)
            http = client._http(followed.options)
            return Stream(result, plan, http, snapshots)

        return AssistantStreamManager(begin, handler)


class AsyncRunResource(AsyncResource):
    """Methods whose runs can be waited for, or streamed, awaited."""

    async def _wait(self, operation: Operation[object, A], params: dict[str, Any]) -> A:
        from ._waits import wait_flow

        ids = ids_in(operation, params)
        flow, options = wait_flow(operation, params, ids, self._client)
        found: A = await self._client._follow(flow, options)
        return found

    async def _conversation(
        self, operation: Operation[Any, Any], params: dict[str, Any]
    ) -> Conversation:
        from ._displays import conversation_flow

        ids = ids_in(operation, params)
        flow, options = conversation_flow(operation, params, ids, self._client)
        return await self._client._follow(flow, options)

    async def _timeline(
        self, operation: Operation[Any, Any], params: dict[str, Any]
    ) -> Timeline:
        from ._displays import timeline_flow

        ids = ids_in(operation, params)
        flow, options = timeline_flow(operation, params, ids, self._client)
        return await self._client._follow(flow, options)

    async def _do_or_stream(
        self, operation: Operation[object, A], params: dict[str, Any]
    ) -> A | AsyncStream:
        """Return a result, or the events of a run in its place."""
        ids = ids_in(operation, params)
        listed(operation, params)
        if _has_functions(operation, params):
            from ._run_tools import sent_flow

            flow, options = sent_flow(operation, params, ids, self._client)
            params = await self._client._follow(flow, options)
        if not params.get("stream"):
            found: A = await self._do(operation, {**params, **ids})
            note_outputs(params, ids, found)
            return found
        from ..streaming.stream import AsyncStream
        from ._streams import event_call

        call = event_call(operation, params, ids, self._client, AsyncStream)
        return await self._perform(self._client, call)

    async def _events(
        self, operation: Operation[object, object], params: dict[str, Any]
    ) -> AsyncStream:
        """Return the events of a run."""
        found: Any = await self._do_or_stream(operation, {**params, "stream": True})
        events: AsyncStream = found
        return events

    def _follow(
        self, operation: Operation[object, object], params: dict[str, Any]
    ) -> AsyncAssistantStreamManager[Any]:
        """Return what follows a run by its events, with callbacks."""
        from ..streaming.handlers import AsyncAssistantEventHandler
        from ..streaming.managers import AsyncAssistantStreamManager, handler_of
        from ..streaming.stream import AsyncStream
        from ._streams import followed_call

        client = self._client
        event_handler = params.pop("event_handler", None)
        ids = ids_in(operation, params)
        followed = followed_call(operation, params, ids, client)
        handler = handler_of(
            event_handler, AsyncAssistantEventHandler, followed.callbacks
        )

        async def begin(snapshots: Snapshots) -> AsyncStream:
            result, plan = await client._follow(followed.begin(), followed.options)
            http = client._http(followed.options)
            return AsyncStream(result, plan, http, snapshots)

        return AsyncAssistantStreamManager(begin, handler)


def _has_functions(operation: Operation[Any, Any], params: Mapping[str, Any]) -> bool:
    """Return whether arguments have tools besides definitions, which go as they are."""
    tools = params.get("tools")
    if tools is None or operation is SUBMIT_TOOL_OUTPUTS_TO_RUN:
        return tools is not None or "send_tools" in params
    # Few others need the module.
    from ..tools import are_definitions

    return "send_tools" in params or not are_definitions(tools)

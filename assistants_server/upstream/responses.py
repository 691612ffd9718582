"""The engine that lets a model answer by the Responses API."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .._model_api import create_response
from .calls import taken_ids
from .engine import UpstreamEngine
from .response_events import ResponseEvents
from .responses_request import calling_round, responses_request

if TYPE_CHECKING:
    from collections.abc import Sequence

    from .._model_api import Request
    from ..engines.interface import FunctionOutput
    from .engine import Reader
    from .inputs import Inputs
    from .run_state import RunState

JSON = dict[str, Any]


class ResponsesEngine(UpstreamEngine):
    """A model behind `/responses`: OpenAI, Azure, llama.cpp, ..."""

    def _request(self, inputs: Inputs, state: RunState) -> Request:
        body = responses_request(
            inputs,
            state.items,
            built_in=self._built_in,
            is_the_original=self._connection.address.is_the_original,
        )
        return create_response.build_stream_request(body=body)

    def _reader(self, inputs: Inputs) -> Reader:
        return ResponseEvents(
            self._connection.name,
            inputs.turn.completion_room,
            taken_ids(inputs.turn),
            lambda: self._thoughts.of(inputs.model),
            inputs.names,
        )

    def _round(
        self, reader: Reader, text: str, searches: Sequence[FunctionOutput]
    ) -> Sequence[Any]:
        return calling_round(self._items(reader), text, searches)

    def _items(self, reader: Reader) -> Sequence[JSON]:
        return reader.items if isinstance(reader, ResponseEvents) else []

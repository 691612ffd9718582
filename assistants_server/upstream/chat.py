"""The engine that lets a model answer by chat completions."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

from .._model_api import create_chat_completion
from .attempts import FIRST_PAUSE
from .calls import taken_ids
from .chat_chunks import ChatChunks
from .chat_request import calling_round, chat_request
from .engine import UpstreamEngine

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from .._model_api import Request
    from ..engines.interface import FunctionOutput
    from .engine import Reader
    from .inputs import Inputs
    from .run_state import RunState
    from .thoughts import Showing


class ChatEngine(UpstreamEngine):
    """A model behind `/chat/completions`: vLLM, Ollama, llama.cpp, LM Studio, ..."""

    def __init__(
        self,
        url: str,
        *,
        key: str | None = None,
        models: Mapping[str, str] | None = None,
        leave_out: Collection[str] = (),
        role: Literal["system", "developer"] = "system",
        thoughts: Showing = "hide",
        first_pause: float = FIRST_PAUSE,
    ) -> None:
        """Prepare an engine; nothing is sent before the first turn.

        Args:
            url: the base URL of the upstream, such as `http://127.0.0.1:11434/v1`.
            key: its key, if it needs one.
            models: the upstream's name for the models that runs name; the one for `*`
                is that of all others.
            leave_out: tools that runs may name and the model is not told of.
            role: whose words the instructions are.
            thoughts: what becomes of thoughts at the beginning of a text, between
                `<think>` and `</think>`: they are hidden ("hide"), also where the first
                of these is missing ("unopened"), or stay in it ("show").
            first_pause: seconds before a failed request is sent again.

        Raises:
            ValueError: the URL can't be used, or the key would be sent unprotected.
        """
        super().__init__(
            url,
            key=key,
            models=models,
            leave_out=leave_out,
            thoughts=thoughts,
            first_pause=first_pause,
        )
        self._role: Literal["system", "developer"] = role

    def _request(self, inputs: Inputs, state: RunState) -> Request:
        body = chat_request(inputs, role=self._role)
        return create_chat_completion.build_stream_request(body=body)

    def _reader(self, inputs: Inputs) -> Reader:
        return ChatChunks(
            self._connection.name,
            taken_ids(inputs.turn),
            lambda: self._thoughts.of(inputs.model),
            inputs.names,
        )

    def _round(
        self, reader: Reader, text: str, searches: Sequence[FunctionOutput]
    ) -> Sequence[Any]:
        return calling_round(text, searches)

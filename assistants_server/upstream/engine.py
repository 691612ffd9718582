"""What the engines that ask a model have in common, whatever the protocol."""

from __future__ import annotations

import asyncio
import logging
import time
from abc import ABC, abstractmethod
from contextlib import aclosing
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final, Protocol

from ..address import Address
from ..engines.interface import FunctionOutput, text_of
from ..engines.turn_events import Fail, FileSearch, MadeFile, State, Usage
from ..engines.upstream_errors import (
    ContextTooLongError,
    PassingError,
    RefusedParameterError,
    UpstreamError,
)
from .advice import advice_on
from .attempts import FIRST_PAUSE
from .connection import Connection
from .foreign_files import WithFiles
from .inputs import (
    Inputs,
    has_tool,
    images_of,
    no_such_function,
    search_name,
    search_output,
)
from .marks import Marks
from .model_list import listed
from .model_names import ModelNames
from .parameters import LIMITS, RefusedParameters
from .rounds import Round, is_answer, query_of, sum_of, together
from .run_state import RunState
from .shorter import shorter
from .thoughts import Thoughts
from .uploads import Uploads

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Collection, Mapping, Sequence

    from .._model_api import Event, Request
    from ..engines.interface import Turn
    from ..engines.turn_events import Output
    from .foreign_files import ForeignFile
    from .thoughts import Showing

JSON = dict[str, Any]
_log = logging.getLogger("assistants_server")
# Requests of a turn in which a model may search; some would do so for ever.
_MOST_SEARCHING: Final = 16
# Seconds that a turn may take where its run never expires.
_LONGEST: Final = 3600.0


class Reader(Protocol):
    """Reads what the upstream sends in one turn.

    Attributes:
        patience: the seconds after which nothing is to come any more; None where the
            answer goes on.
        has_thought: whether an answer has come, if only of thoughts.
    """

    @property
    def has_thought(self) -> bool:
        """Return it."""
        ...

    @property
    def patience(self) -> float | None:
        """Return it."""
        ...

    def feed(self, event: Event) -> Sequence[Output | WithFiles]:
        """Return the outputs that an event holds."""
        ...

    def end(self) -> Sequence[Output | WithFiles]:
        """Return what is left when the stream has ended."""
        ...


class UpstreamEngine(ABC):
    """What asks a model for each turn; use `ChatEngine` or `ResponsesEngine`.

    Attributes:
        models: the names that `/models` lists.
    """

    def __init__(
        self,
        url: str,
        *,
        key: str | None = None,
        models: Mapping[str, str] | None = None,
        built_in: Collection[str] = (),
        leave_out: Collection[str] = (),
        thoughts: Showing = "hide",
        first_pause: float = FIRST_PAUSE,
    ) -> None:
        """Prepare an engine; nothing is sent before the first turn.

        Args:
            url: the base URL of the upstream, such as `http://127.0.0.1:11434/v1`.
            key: its key, if it needs one.
            models: the upstream's name for the models that runs name; the one for `*`
                is that of all others.
            built_in: tools that the upstream itself has, of `file_search` and
                `code_interpreter`; files are searched here otherwise.
            leave_out: tools that runs may name and the model is not told of.
            thoughts: what becomes of thoughts at the beginning of a text, between
                `<think>` and `</think>`: they are hidden ("hide"), also where the first
                of these is missing ("unopened"), or stay in it ("show").
            first_pause: seconds before a failed request is sent again.

        Raises:
            ValueError: the URL can't be used, or the key would be sent unprotected.
        """
        self._names = ModelNames(models)
        self._built_in = tuple(built_in)
        self._leave_out = tuple(leave_out)
        address = Address(url, key)
        name = f"The model's server at {address.host}"
        self._connection = Connection(address, name, first_pause=first_pause)
        self._uploads = Uploads(self._connection)
        self._refused = RefusedParameters()
        self._thoughts = Thoughts(thoughts)
        self.models = tuple(self._names.old) or (type(self).__name__,)

    def refusal(self, run: JSON) -> str | None:
        """Return why a run can't be carried out; None where it can."""
        tool = "code_interpreter"
        if has_tool(run, tool) and tool not in (*self._built_in, *self._leave_out):
            return (
                f"The model behind this server has no {tool}. Create the run without "
                f"this tool, or start the server with --leave-out {tool}."
            )
        return None

    async def check(self) -> list[str]:
        """Ask the upstream for its models, and return what to be warned of.

        Raises:
            UpstreamError: it can't be reached, refuses, lacks a model of the table, or
                has its API at another URL.
        """
        try:
            found = await asyncio.to_thread(listed, self._connection, self._names)
        except PassingError as error:
            # Both may have been started together, and models take minutes.
            if not error.is_loading:
                raise
            return [str(error)]
        if names := dict.fromkeys([*self._names.old, *(found or ())]):
            self.models = tuple(names)
        if found is not None:
            return []
        url = self._connection.address.url.rstrip("/")
        warning = f"there is no list of models at {url}/models: the server has none, or"
        return [f"{warning} its URL is another one; most end in /v1"]

    async def aclose(self) -> None:
        """Delete what was uploaded, and close the connections to the upstream."""
        await self._uploads.delete()
        await self._connection.aclose()

    async def __call__(self, turn: Turn) -> AsyncGenerator[Output, Any]:
        """Let the model take a turn."""
        here: dict[ForeignFile, str] = {}
        try:
            async with aclosing(self._turn(turn)) as outputs:
                reply = None
                while True:
                    try:
                        output = await outputs.asend(reply)
                    except StopAsyncIteration:
                        return
                    reply = None
                    if not isinstance(output, WithFiles):
                        reply = yield output
                        continue
                    for file in output.files:
                        if file in here:
                            continue
                        content = await file.content(self._connection, _end_of(turn))
                        if content is not None:
                            here[file] = yield MadeFile(file.filename, content)
                    ids = [here[file] for file in output.files if file in here]
                    for each in output.outputs(ids):
                        yield each
        except UpstreamError as error:
            message = self._connection.address.without_key(str(error))
            if advice := advice_on(error, turn, self._names, self._search(turn)):
                message += f" ({advice})"
            yield Fail(message, error.code)

    async def _turn(self, turn: Turn) -> AsyncGenerator[Output | WithFiles, Any]:
        """Ask the model, and search for it as often as it wants to."""
        state = RunState(turn)
        marks = Marks(state.found)
        inputs = Inputs(
            turn,
            self._names.upstream(turn.run["model"]),
            await images_of(turn),
            search=self._search(turn),
            code_files=await self._code_files(turn),
        )
        spent = Usage(0, 0)
        round_: Round | None = None
        readers: list[Reader] = []
        asked = state.late
        searching = 0
        if state.said:
            yield f"{state.said}\n\n"
        while True:
            done: list[FunctionOutput] = []
            for call, arguments in asked.items():
                name = (round_ or state).unknown.get(call)
                if name:
                    found = no_such_function(name, inputs.names)
                else:
                    results = yield FileSearch(query=query_of(arguments))
                    found = search_output(results, len(state.found))
                    state.found.append(len(results))
                name = name or inputs.search or ""
                done.append(FunctionOutput(name, arguments, found, call))
            if round_ is None:
                state.made_up(done)
            elif round_.calls:
                for piece in round_.held:
                    yield piece
                items = self._items(readers[-1])
                late = round_.late, round_.unknown, round_.late_text
                state.answered(items, done, *late)
                yield State(state.value)
                return
            elif done:
                state.searched(self._round(readers[-1], round_.text, done))
                searching += 1
            else:
                return
            inputs = replace(
                inputs,
                rounds=state.rounds,
                beside=state.beside,
                has_to_answer=searching == _MOST_SEARCHING,
            )
            round_ = Round(inputs.names)
            async with aclosing(self._ask(inputs, state, readers)) as outputs:
                async for several in outputs:
                    passed = [
                        each
                        for output in several
                        for each in round_.take(output, inputs.search, marks)
                    ]
                    for one in together(passed):
                        yield one
            for rest in round_.end(marks, inputs.search):
                yield rest
            if round_.usage:
                spent = sum_of(spent, round_.usage)
                yield spent
            asked = round_.searches
            if inputs.has_to_answer and asked and not round_.calls:
                if not round_.text.strip():
                    what = f"asked for tools {searching} times and never answered"
                    yield Fail(f"The model {what}.")
                return

    async def _ask(
        self, inputs: Inputs, state: RunState, readers: list[Reader]
    ) -> AsyncGenerator[list[Output | WithFiles], None]:
        """Ask the model once, and yield the outputs that come at once, again and again.

        It is asked again without what it can't read, and what it doesn't know.

        Args:
            inputs: what it is asked with.
            state: what the engine knows of the run.
            readers: gets what reads the answer.
        """
        run = inputs.turn.run
        attempts = self._connection.attempts(_end_of(inputs.turn))
        limits, left_out = {*LIMITS}, set[str]()
        while True:
            request = self._request(inputs, state)
            whole = self._refused.without(request.json)
            body = {name: whole[name] for name in whole if name not in left_out}
            reader = self._reader(inputs)
            readers.append(reader)
            begun = False
            try:
                request = request.replaced(json=body)
                with self._connection.observed(request) as call:
                    stream = self._connection.stream(request, call)
                    async with aclosing(stream) as events:
                        while several := await _next(events, reader.patience):
                            made: list[Output | WithFiles] = []
                            try:
                                for event in several:
                                    made += reader.feed(event)
                            finally:
                                # What came before an error has been said.
                                begun = begun or is_answer(made)
                                if made:
                                    call.used(made)
                                    yield made
                    rest = [*reader.end()]
                    call.used(rest)
                if rest:
                    yield rest
                is_silent = not (begun or is_answer(rest))
                if is_silent and inputs.is_first and reader.has_thought:
                    # Whoever reads the last message would take the question for it.
                    name = self._connection.name
                    raise PassingError(f"{name} ended its answer without a word.")
            except ContextTooLongError as error:
                if not begun and error.blames_limit and not limits.isdisjoint(body):
                    # The server keeps the limit as well.
                    _log.warning("the upstream can't write as much as the run allows")
                    left_out = limits
                    continue
                if begun:
                    raise
                said = sum(len(text_of(each)) for each in inputs.history)
                if state.found_length > said and state.shorten():
                    inputs = replace(inputs, rounds=state.rounds, beside=state.beside)
                    continue
                if run["truncation_strategy"]["type"] != "auto":
                    raise
                inputs = shorter(inputs, error)
            except RefusedParameterError as error:
                if begun or not self._refused.learn(body, error):
                    raise
            except PassingError as error:
                # Streams that fail at once say so by their first event as well:
                # openai/openai-python#2699, QuantumNous/new-api#3142.
                if begun:
                    raise
                await asyncio.sleep(attempts.pause_after(error))
            else:
                return

    def _search(self, turn: Turn) -> str | None:
        """Return the name of the function that searches files here, if there is one."""
        tool = "file_search"
        is_here = tool not in (*self._built_in, *self._leave_out)
        return search_name(turn) if is_here else None

    async def _code_files(self, turn: Turn) -> tuple[str, ...]:
        tool = "code_interpreter"
        if tool not in self._built_in or not has_tool(turn.run, tool):
            return ()
        return await self._uploads.ids_of(turn, until=_end_of(turn))

    @abstractmethod
    def _request(self, inputs: Inputs, state: RunState) -> Request:
        """Return the request by which the model is asked."""

    @abstractmethod
    def _reader(self, inputs: Inputs) -> Reader:
        """Return what reads the answer."""

    @abstractmethod
    def _round(
        self, reader: Reader, text: str, searches: Sequence[FunctionOutput]
    ) -> Sequence[Any]:
        """Return what tells the model of its searches."""

    def _items(self, reader: Reader) -> Sequence[JSON]:
        """Return what of a turn goes back to the upstream as it came."""
        return []


def _end_of(turn: Turn) -> float:
    """Return the time at which a run expires, in seconds since 1970."""
    end: float | None = turn.run.get("expires_at")
    return end or time.time() + _LONGEST


async def _next(
    events: AsyncGenerator[list[Event], None], patience: float | None
) -> list[Event]:
    """Return the events that come next; none where the answer has ended.

    Servers and proxies may leave the connection open after it:
    agentscope-ai/agentscope-java#2073, vastsa/PI-Desktop#217.
    """
    try:
        async with asyncio.timeout(patience):
            return await anext(events, [])
    except TimeoutError:
        return []

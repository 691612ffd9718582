"""The operations of assistants, threads, messages and run steps."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..contract import objects
from ..contract.file_references import file_references
from ..execution.run_record import ACTIVE
from ..http.errors import not_found
from ..http.results import Result
from ..http.validation import wrong_value
from .pages import list_page
from .run_errors import takes_no_messages

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ..execution.scheduler import Scheduler
    from ..http.events import Listener
    from ..http.validation import ValidRequest
    from ..library.library import Library
    from ..store import Store

JSON = dict[str, Any]
_NAMES = {
    "step": "run step",
    "vector_store": "vector store",
    "file_batch": "file batch",
}
_EXPIRING = ("file", "vector_store")


class Resource:
    """What the operations share: the store, and finding objects in it."""

    def __init__(
        self, store: Store, scheduler: Scheduler, library: Library, poll_after: int
    ) -> None:
        """Prepare.

        Args:
            store: where everything is.
            scheduler: what carries out runs.
            library: the files and vector stores.
            poll_after: milliseconds that a client should wait between two polls.
        """
        self.store = store
        self.scheduler = scheduler
        self.library = library
        self._poll_after = poll_after

    def find(
        self, kind: str, id: str, *, thread: str | None = None, run: str | None = None
    ) -> JSON:
        """Return an object.

        Raises:
            HTTPError: it doesn't exist, or what it belongs to doesn't.
        """
        if kind in _EXPIRING:
            self.library.expire()
        if thread is not None and kind != "thread":
            self.find("thread", thread)
        if run is not None:
            self.find("run", run, thread=thread)
        found = self.store.get(kind, id, thread=thread, run=run)
        if found is None:
            raise not_found(_NAMES.get(kind, kind), id)
        return found

    def check_files(self, request: ValidRequest) -> None:
        """Check that all files exist that the body of a request names.

        Vector stores are not looked for: an upstream may have them, which the server
        learns only when a run searches them.

        Raises:
            HTTPError: one doesn't; the error has its id, and where it is named.
        """
        assert request.operation.body is not None
        named = [*file_references(request.operation.body, request.body)]
        if not named:
            return
        self.library.expire()
        there = self.store.existing("file", [file for _, file in named])
        for path, file in named:
            if file not in there:
                raise not_found("file", file, param=path)

    def polled(self, body: JSON, listener: Listener | None = None) -> Result:
        """Return an object that clients poll while it is active."""
        headers = {}
        if body["status"] in ACTIVE:
            headers["openai-poll-after-ms"] = str(self._poll_after)
        return Result(body, headers, listener)

    def modified(self, found: JSON, request: ValidRequest) -> JSON:
        """Return an assistant or a thread with the changes of a request.

        Raises:
            HTTPError: its body asks for a new vector store, as only a creation may, or
                names a file that doesn't exist.
        """
        body = request.body
        given = body.get("tool_resources")
        if given is not None:
            if "vector_stores" in given.get("file_search", {}):
                path = "$.tool_resources.file_search.vector_stores"
                what = "is not known here; make a vector store, and name it by its id"
                raise wrong_value(path, what)
            self.check_files(request)
            body = {**body, "tool_resources": self.library.tool_resources(given)}
        return objects.modified(found, body)

    def add_thread(self, body: JSON) -> JSON:
        """Add a thread with its first messages, and return it."""
        resources = self.library.tool_resources(body.get("tool_resources"))
        made = objects.thread({**body, "tool_resources": resources})
        self.store.add("thread", made)
        self.add_messages(body.get("messages", ()), made["id"])
        return self.find("thread", made["id"])

    def add_messages(self, bodies: Iterable[JSON], thread: str) -> list[JSON]:
        """Add messages to a thread with what is attached to them, and return them."""
        made = [objects.message(body, thread) for body in bodies]
        for each in made:
            self.store.add("message", each, thread=thread)
        self.library.attach(thread, [a for each in made for a in each["attachments"]])
        return made


class Assistants(Resource):
    """The operations of assistants."""

    def list_assistants(self, request: ValidRequest) -> Result:
        """Return a page of assistants."""
        return list_page(self.store, request, "assistant")

    def create_assistant(self, request: ValidRequest) -> Result:
        """Add an assistant."""
        self.check_files(request)
        resources = self.library.tool_resources(request.body.get("tool_resources"))
        made = objects.assistant({**request.body, "tool_resources": resources})
        self.store.add("assistant", made)
        return Result(made)

    def get_assistant(self, request: ValidRequest) -> Result:
        """Return an assistant."""
        return Result(self.find("assistant", request.path["assistant_id"]))

    def modify_assistant(self, request: ValidRequest) -> Result:
        """Modify an assistant; active runs stay as they began."""
        found = self.find("assistant", request.path["assistant_id"])
        changed = self.modified(found, request)
        self.store.put(changed)
        return Result(changed)

    def delete_assistant(self, request: ValidRequest) -> Result:
        """Delete an assistant; active runs go on without it."""
        found = self.find("assistant", request.path["assistant_id"])
        self.store.delete(found["id"])
        return Result(objects.deleted(found))


class Threads(Resource):
    """The operations of threads, except the one that starts a run too."""

    def list_threads(self, request: ValidRequest) -> Result:
        """Return a page of threads."""
        return list_page(self.store, request, "thread")

    def create_thread(self, request: ValidRequest) -> Result:
        """Add a thread with its first messages."""
        self.check_files(request)
        return Result(self.add_thread(request.body or {}))

    def get_thread(self, request: ValidRequest) -> Result:
        """Return a thread."""
        return Result(self.find("thread", request.path["thread_id"]))

    def modify_thread(self, request: ValidRequest) -> Result:
        """Modify a thread's metadata or files."""
        found = self.find("thread", request.path["thread_id"])
        changed = self.modified(found, request)
        self.store.put(changed)
        return Result(changed)

    def delete_thread(self, request: ValidRequest) -> Result:
        """Delete a thread with all that is in it; an active run ends with it."""
        found = self.find("thread", request.path["thread_id"])
        active = self.store.active_run(found["id"])
        if active:
            self.scheduler.discard(active)
        self.library.delete_thread(found["id"])
        return Result(objects.deleted(found))


class Messages(Resource):
    """The operations of messages."""

    def list_messages(self, request: ValidRequest) -> Result:
        """Return a page of a thread's messages."""
        thread = self.find("thread", request.path["thread_id"])["id"]
        return list_page(self.store, request, "message", thread=thread)

    def create_message(self, request: ValidRequest) -> Result:
        """Add a message to a thread without an active run."""
        thread = self.find("thread", request.path["thread_id"])["id"]
        active = self.store.active_run(thread)
        if active:
            raise takes_no_messages(thread, active)
        self.check_files(request)
        (made,) = self.add_messages([request.body], thread)
        return Result(made)

    def get_message(self, request: ValidRequest) -> Result:
        """Return a message."""
        return Result(self._message(request))

    def modify_message(self, request: ValidRequest) -> Result:
        """Modify a message's metadata."""
        changed = objects.modified(self._message(request), request.body)
        self.store.put(changed)
        return Result(changed)

    def delete_message(self, request: ValidRequest) -> Result:
        """Delete a message."""
        found = self._message(request)
        self.store.delete(found["id"])
        return Result(objects.deleted(found))

    def _message(self, request: ValidRequest) -> JSON:
        return self.find(
            "message", request.path["message_id"], thread=request.path["thread_id"]
        )


class RunSteps(Resource):
    """The operations of run steps."""

    def list_run_steps(self, request: ValidRequest) -> Result:
        """Return a page of a run's steps."""
        thread, run = request.path["thread_id"], request.path["run_id"]
        self.find("thread", thread)
        self.find("run", run, thread=thread)
        return list_page(
            self.store,
            request,
            "step",
            thread=thread,
            run=run,
            show=lambda step: _with_results(step, request),
        )

    def get_run_step(self, request: ValidRequest) -> Result:
        """Return a step."""
        thread, run = request.path["thread_id"], request.path["run_id"]
        found = self.find("step", request.path["step_id"], thread=thread, run=run)
        return Result(_with_results(found, request))


def _with_results(step: JSON, request: ValidRequest) -> JSON:
    return step if request.query.get("include[]") else objects.without_results(step)

"""What each operation does, but for those of runs."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from . import objects
from .http_errors import Refusal, not_found
from .pages import list_page

if TYPE_CHECKING:
    from .events import Listener
    from .scheduler import Conductor
    from .store.sqlite import Store
    from .validation import Call

JSON = dict[str, Any]
_IN_WORDS = {"step": "run step"}


@dataclass(frozen=True)
class Answer:
    """What an operation gives.

    Attributes:
        body: the answer, where it is no stream.
        headers: what goes out besides.
        listener: where the events come from, if it is a stream.
    """

    body: JSON
    headers: dict[str, str] = field(default_factory=dict)
    listener: Listener | None = None


class Resource:
    """What the operations share: the store, and looking things up."""

    def __init__(self, store: Store, conductor: Conductor) -> None:
        self.store = store
        self.conductor = conductor

    def find(
        self, kind: str, id: str, *, thread: str | None = None, run: str | None = None
    ) -> JSON:
        """Give an object.

        Raises:
            Refusal: it isn't there, or what it belongs to isn't.
        """
        if thread is not None and kind != "thread":
            self.find("thread", thread)
        if run is not None:
            self.find("run", run, thread=thread)
        found = self.store.get(kind, id, thread=thread, run=run)
        if found is None:
            raise not_found(_IN_WORDS.get(kind, kind), id)
        return found


class Assistants(Resource):
    """The operations of assistants."""

    def list_assistants(self, call: Call) -> Answer:
        """Give a page of assistants."""
        return Answer(list_page(self.store, call, "assistant"))

    def create_assistant(self, call: Call) -> Answer:
        """Add an assistant."""
        made = objects.assistant(call.body)
        self.store.add("assistant", made)
        return Answer(made)

    def get_assistant(self, call: Call) -> Answer:
        """Give an assistant."""
        return Answer(self.find("assistant", call.path["assistant_id"]))

    def modify_assistant(self, call: Call) -> Answer:
        """Change an assistant; runs that go on stay as they began."""
        found = self.find("assistant", call.path["assistant_id"])
        changed = objects.modified(found, call.body)
        self.store.put(changed)
        return Answer(changed)

    def delete_assistant(self, call: Call) -> Answer:
        """Delete an assistant; runs that go on do so without it."""
        found = self.find("assistant", call.path["assistant_id"])
        self.store.delete(found["id"])
        return Answer(objects.deleted(found))


class Threads(Resource):
    """The operations of threads, but for the one that begins a run too."""

    def create_thread(self, call: Call) -> Answer:
        """Add a thread with its first messages."""
        return Answer(add_thread(self.store, call.body or {}))

    def get_thread(self, call: Call) -> Answer:
        """Give a thread."""
        return Answer(self.find("thread", call.path["thread_id"]))

    def modify_thread(self, call: Call) -> Answer:
        """Change a thread's metadata or files."""
        found = self.find("thread", call.path["thread_id"])
        changed = objects.modified(found, call.body)
        self.store.put(changed)
        return Answer(changed)

    def delete_thread(self, call: Call) -> Answer:
        """Delete a thread with all that is in it; a run that goes on ends with it."""
        found = self.find("thread", call.path["thread_id"])
        active = self.store.active_run(found["id"])
        if active:
            self.conductor.drop(active)
        self.store.delete_thread(found["id"])
        return Answer(objects.deleted(found))


class Messages(Resource):
    """The operations of messages."""

    def list_messages(self, call: Call) -> Answer:
        """Give a page of a thread's messages."""
        thread = self.find("thread", call.path["thread_id"])["id"]
        return Answer(list_page(self.store, call, "message", thread=thread))

    def create_message(self, call: Call) -> Answer:
        """Add a message to a thread that no run works on."""
        thread = self.find("thread", call.path["thread_id"])["id"]
        active = self.store.active_run(thread)
        if active:
            message = f"{thread} takes no messages while {active} is active in it."
            raise Refusal(400, message)
        made = objects.message(call.body, thread)
        self.store.add("message", made, thread=thread)
        return Answer(made)

    def get_message(self, call: Call) -> Answer:
        """Give a message."""
        return Answer(self._message(call))

    def modify_message(self, call: Call) -> Answer:
        """Change a message's metadata."""
        changed = objects.modified(self._message(call), call.body)
        self.store.put(changed)
        return Answer(changed)

    def delete_message(self, call: Call) -> Answer:
        """Delete a message."""
        found = self._message(call)
        self.store.delete(found["id"])
        return Answer(objects.deleted(found))

    def _message(self, call: Call) -> JSON:
        return self.find(
            "message", call.path["message_id"], thread=call.path["thread_id"]
        )


class RunSteps(Resource):
    """The operations of run steps."""

    def list_run_steps(self, call: Call) -> Answer:
        """Give a page of a run's steps."""
        thread, run = call.path["thread_id"], call.path["run_id"]
        self.find("thread", thread)
        self.find("run", run, thread=thread)
        page = list_page(self.store, call, "step", thread=thread, run=run)
        page["data"] = [_asked_for(step, call) for step in page["data"]]
        return Answer(page)

    def get_run_step(self, call: Call) -> Answer:
        """Give a step."""
        thread, run = call.path["thread_id"], call.path["run_id"]
        found = self.find("step", call.path["step_id"], thread=thread, run=run)
        return Answer(_asked_for(found, call))


def add_thread(store: Store, body: JSON) -> JSON:
    """Add a thread, with its first messages, and give it."""
    made = objects.thread(body)
    store.add("thread", made)
    for each in body.get("messages", ()):
        message = objects.message(each, made["id"])
        store.add("message", message, thread=made["id"])
    return made


def _asked_for(step: JSON, call: Call) -> JSON:
    return step if call.query.get("include[]") else objects.without_results(step)

"""The operations of each project: its own objects alone are in their reach."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias

from ..contract.operations import operations
from ..keys import DEFAULT_PROJECT
from .files import Files
from .models import Models
from .resources import Assistants, Messages, RunSteps, Threads
from .runs import Runs
from .vector_store_files import FileBatches, VectorStoreFiles
from .vector_stores import VectorStores

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from ..execution.scheduler import Scheduler
    from ..http.results import Result
    from ..http.validation import ValidRequest
    from ..library.library import Library
    from ..store import Store

    Act: TypeAlias = Callable[[ValidRequest], Result]

_RESOURCES = (
    *(Assistants, Threads, Messages, Runs, RunSteps),
    *(Files, VectorStores, VectorStoreFiles, FileBatches, Models),
)


class Project(NamedTuple):
    """A project.

    Attributes:
        store: the store as the project sees it.
        acts: what carries out operations on it, by their operationIds.
        runs: those of runs.
    """

    store: Store
    acts: Mapping[str, Act]
    runs: Runs


class Projects:
    """All projects, each from the first request on that has a key of it."""

    def __init__(
        self, store: Store, scheduler: Scheduler, library: Library, poll_after: int
    ) -> None:
        """Prepare; `Resource` describes the arguments, which know all projects."""
        self._store = store
        self._scheduler = scheduler
        self._library = library
        self._poll_after = poll_after
        self._known: dict[str, Project] = {}
        # Shows at once what isn't served.
        self.named(DEFAULT_PROJECT)

    def named(self, name: str) -> Project:
        """Return a project."""
        if name not in self._known:
            self._known[name] = self._seen_by(name)
        return self._known[name]

    def _seen_by(self, name: str) -> Project:
        store = self._store.of(name)
        shared = (store, self._scheduler, self._library.of(store), self._poll_after)
        resources = [each(*shared) for each in _RESOURCES]
        acts = {each.id: _act(each.name, resources) for each in operations()}
        (runs,) = (each for each in resources if isinstance(each, Runs))
        return Project(store, acts, runs)


def _act(name: str, resources: list[Any]) -> Act:
    """Return what carries out an operation: the method of the same name."""
    for resource in resources:
        act: Act | None = getattr(resource, name, None)
        if act is not None:
            return act
    raise NotImplementedError(f"the document has {name}, which is not served")

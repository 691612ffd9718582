"""The process that forks programs for tests, with all that these import.

Each process of the tests has one: whoever says what it imports says so for all.
"""

from __future__ import annotations

import multiprocessing

CONTEXT = multiprocessing.get_context("forkserver")
CONTEXT.set_forkserver_preload(
    [
        *("tests.forked", "codegen.commands.build", "scripts.update.__main__"),
        *("openapi_python_client.parser.openapi", "typer.core"),
        *("tests.server.forked", "assistants_server.commands.serve"),
        *("assistants_server.engines.samples", "assistants_cli.commands.chat"),
        "tests.cli.terminal",
    ]
)

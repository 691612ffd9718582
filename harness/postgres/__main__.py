"""Run the tests of the server with its state in PostgreSQL.

    python -m harness.postgres [PYTEST-OPTION...]

Without options these are all that servers of the tests are asked, several servers at
once, the contents of files, the index, and what servers say of themselves. Exit code
2: there is no PostgreSQL here, and none can be installed.
"""

from __future__ import annotations

import subprocess
import sys

from harness.postgres.programs import programs
from harness.processes import ROOT, ProcessError

_TESTS = (
    *("tests/contents", "tests/processes", "tests/server", "tests/store"),
    "tests/telemetry",
    "tests/search/test_embeddings.py",
    "tests/search/test_hits.py",
    "tests/search/test_index.py",
    "tests/search/test_index_together.py",
    "tests/search/test_large_store.py",
    "tests/search/test_postgres_index.py",
)
_PARALLEL = ("-n", "auto", "--dist", "worksteal")


def main() -> int:
    """Run the tests, and return the exit code."""
    given = sys.argv[1:]
    try:
        programs()
    except ProcessError as error:
        print(f"postgres: {error}", file=sys.stderr)
        return 2
    named = [each for each in given if each.startswith("tests")]
    command = [sys.executable, "-P", "-m", "pytest", "--store", "postgres", *_PARALLEL]
    done = subprocess.run(
        [*command, *given, *(() if named else _TESTS)], cwd=ROOT, check=False
    )
    # No test failed, or some did: 2 is what pytest says of an interruption.
    return 1 if done.returncode else 0


if __name__ == "__main__":
    sys.exit(main())

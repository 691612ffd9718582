"""Run the tests of the server with its state in PostgreSQL.

    python -m harness.postgres [PYTEST-OPTION...]

Without tests in the options these are all that servers of the tests are asked, several
servers at once, the contents of files, and what servers say of themselves. The store
and the index are tried with another version, which has pgvector, where there is one.
Exit code 2: there is no PostgreSQL here, and none can be installed.
"""

from __future__ import annotations

import subprocess
import sys

from harness.postgres.programs import pgvector_programs, programs
from harness.processes import ROOT, ProcessError

_TESTS = (
    *("tests/contents", "tests/processes", "tests/server", "tests/telemetry"),
    "tests/search/test_embeddings.py",
    "tests/search/test_postgres_index.py",
)
# What is in one of these alone takes too long for both.
_WITH_PGVECTOR = (
    "tests/store",
    "tests/search/test_embeddings.py",
    "tests/search/test_hits.py",
    "tests/search/test_index.py",
    "tests/search/test_index_together.py",
    "tests/search/test_large_store.py",
    "tests/search/test_pgvector.py",
)
_PARALLEL = ("-n", "auto", "--dist", "worksteal")
_NO_TESTS = 5


def main() -> int:
    """Run the tests, and return the exit code."""
    given = sys.argv[1:]
    try:
        programs()
    except ProcessError as error:
        print(f"postgres: {error}", file=sys.stderr)
        return 2
    if any(each.startswith("tests") for each in given):
        codes = {_run("postgres", *given)}
    else:
        codes = {_run("postgres", *_TESTS, *given), _run_rest(given)}
    # No test failed, or some did: 2 is what pytest says of an interruption.
    return 0 if codes <= {0, _NO_TESTS} and 0 in codes else 1


def _run_rest(given: list[str]) -> int:
    try:
        pgvector_programs()
    except ProcessError as error:
        print(f"postgres: pgvector is not tried: {error}", file=sys.stderr)
        return _run("postgres", *_WITH_PGVECTOR, *given)
    return _run("pgvector", *_WITH_PGVECTOR, *given)


def _run(store: str, *options: str) -> int:
    command = [sys.executable, "-P", "-m", "pytest", "--store", store, *_PARALLEL]
    return subprocess.run([*command, *options], cwd=ROOT, check=False).returncode


if __name__ == "__main__":
    sys.exit(main())

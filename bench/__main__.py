"""Measure; `scripts/bench --help` says what."""

import sys

if __name__ == "__main__":
    # Processes that measure import this module too, and nothing else of it.
    from bench.command import main

    sys.exit(main())

"""Have `import httpx` give httpx2, in an environment that has no httpx.

Each of its processes runs this at its start, as its sitecustomize. Nothing is imported
before it is asked for, as tests look at what is.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec
from types import ModuleType


class _StandIn(MetaPathFinder):
    def find_spec(
        self,
        fullname: str,
        path: Sequence[str] | None,
        target: ModuleType | None = None,
    ) -> ModuleSpec | None:
        if fullname.partition(".")[0] not in ("httpx", "httpcore"):
            return None
        sys.meta_path.remove(self)
        import httpx2

        httpx2.alias_httpx()
        found = (each.find_spec(fullname, path, target) for each in sys.meta_path)
        return next((each for each in found if each is not None), None)


sys.meta_path.insert(0, _StandIn())

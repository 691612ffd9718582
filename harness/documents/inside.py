"""Look at a built package from within: run in a process of its own for each package."""

from __future__ import annotations

import importlib
import json
import pkgutil
import sys
from pathlib import Path
from typing import Any

from codegen.plan.naming import Names
from codegen.plan.types import Types
from harness.documents.calls import call_all
from harness.documents.instances import Making
from harness.documents.unions import judge
from harness.tls_contexts import share_tls_contexts


def look(folder: Path) -> dict[str, Any]:
    """Import all of a package, read and write values of all its schemas."""
    sys.path.insert(0, str(folder.parent))
    package = importlib.import_module(folder.name)
    found = pkgutil.walk_packages(package.__path__, f"{folder.name}.")
    modules = [importlib.import_module(module.name) for module in found]
    document = json.loads((folder / "openapi.json").read_text("utf-8"))
    order = json.loads((folder.parent / "order.json").read_text("utf-8"))
    models = importlib.import_module(f"{folder.name}.models")
    judged = judge(document, models, order)
    called = call_all(document, package, order)
    lossy, tried = _lossy(document, models, order)
    return {
        "modules": len(modules),
        "values": tried,
        "lossy": lossy,
        "right": judged.right,
        "wrong": judged.wrong,
        "shared": judged.shared,
        "unmade": judged.unmade,
        "calls": called.calls,
        "refused": called.wrong,
        "unjudged": called.unjudged,
        "uncalled": called.uncalled,
    }


def _lossy(
    document: dict[str, Any], models: Any, order: list[str]
) -> tuple[list[str], int]:
    """Return the values that are not written as they were read, and how many were."""
    making = Making(document)
    names = Names(dict.fromkeys([*order, *making.schemas]))
    types = Types(making.schemas, names)
    to_json = importlib.import_module(
        models.__name__.replace(".models", ".types")
    ).to_json
    lossy, tried = [], 0
    for name in making.schemas:
        kind = types.kind(name)
        if kind not in ("object", "union"):
            continue
        for value in making.values(name):
            if kind == "object":
                again = getattr(models, names[name].class_).from_dict(value).to_dict()
            else:
                again = to_json(getattr(models, names[name].reader)(value))
            tried += 1
            if json.dumps(again, sort_keys=True) != json.dumps(value, sort_keys=True):
                lossy.append(f"{name}: {value!r} is written as {again!r}"[:400])
    return lossy, tried


if __name__ == "__main__":
    share_tls_contexts()
    print(json.dumps(look(Path(sys.argv[1]))))

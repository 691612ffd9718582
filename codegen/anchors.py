"""Lead references by `$anchor`, `$id` and `$self` to places of the document.

JSON Schema lets a schema have a URL of its own, against which the references in it are
resolved, and names for places in it. What leads to such a place within the document
becomes a JSON pointer; nothing is fetched, and all else stays as it is.
"""

from __future__ import annotations

from copy import deepcopy
from typing import Any
from urllib.parse import urldefrag, urljoin

from codegen.document import objects
from codegen.errors import Path, pointer
from codegen.source import Document

_NAMES = ("$anchor", "$dynamicAnchor")
_URLS = ("$self", "$id")
# A schema with nothing else stands for one that others put in its place.
_OPEN = frozenset({*_NAMES, "$comment", "not", "title", "description"})


def without_anchors(document: Document) -> Document:
    """Return a document whose references to anchors and URLs in it are pointers."""
    marks = (*_NAMES, *_URLS)
    if not any(isinstance(n.get(k), str) for n, _ in objects(document) for k in marks):
        return document
    work = _Anchors(deepcopy(document))
    work.run()
    return work.document


class _Anchors:
    def __init__(self, document: Document) -> None:
        self.document = document
        self._nodes = {at: node for node, at in objects(document)}
        self._bases: dict[Path, str] = {}
        # By URL and fragment, and by the fragment alone.
        self._places: dict[tuple[str, str], Path] = {}
        self._named: dict[str, Path] = {}

    def run(self) -> None:
        """Rewrite all references that this is about."""
        for at, node in self._nodes.items():
            base = self._base_of(at)
            own = node.get("$id" if at else "$self")
            if isinstance(own, str):
                base = self._bases[at] = _joined(base, own)[0]
                self._places[base, ""] = at
            for name in (node.get(key) for key in _NAMES):
                if isinstance(name, str):
                    self._places[base, name] = self._named[name] = at
        for at, node in self._nodes.items():
            for key in ("$ref", "$dynamicRef"):
                said = node.get(key)
                if isinstance(said, str) and not self._is_clear(key, said, at):
                    self._rewrite(node, key, said, self._base_of(at))

    def _base_of(self, at: Path) -> str:
        """Return the URL against which references are resolved at a place."""
        places = (at[:length] for length in range(len(at), -1, -1))
        return next((self._bases[p] for p in places if p in self._bases), "")

    def _is_clear(self, key: str, said: str, at: Path) -> bool:
        """Return whether a reference is understood without all this."""
        outer = self._nodes.get(at[:3], {})
        is_recursive = said == f"#{outer.get('$dynamicAnchor')}"
        return said.startswith("#/") or (is_recursive and key == "$dynamicRef")

    def _rewrite(self, node: dict[str, Any], key: str, said: str, base: str) -> None:
        url, fragment = _joined(base, said)
        is_name = not fragment.startswith("/")
        place = self._places.get((url, fragment if is_name else ""))
        if place is None and said == f"#{fragment}":
            # Whoever writes it so means the one that there is.
            place = self._named.get(fragment)
        if place is None:
            return
        del node[key]
        is_open = is_name and self._nodes[place].keys() <= _OPEN
        if key == "$ref" or not is_open:
            start = pointer(place) if place else "#"
            node["$ref"] = start if is_name else start + fragment


def _joined(base: str, said: str) -> tuple[str, str]:
    """Return the URL that a reference means, and its fragment."""
    if said.startswith("#"):
        # Of a URN, too, which nothing can be joined to.
        return base, said[1:]
    try:
        url, fragment = urldefrag(urljoin(base, said))
    except ValueError:
        return said, ""
    return url, fragment

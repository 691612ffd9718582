"""How Sphinx makes the site, of pages as they stand in the repository."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from docs._sphinx.api_index import as_page, models_in
from docs._sphinx.html import check_fetched, repair
from docs._sphinx.reference import with_reference
from docs._sphinx.tables import Types

PAGES = {
    "Guide": [
        "first-steps",
        "pagination",
        "waiting",
        "files",
        "tools",
        "streams",
        "file-search",
        "images",
        "code-interpreter",
        "annotations",
        "structured-output",
        "errors",
        "retries",
        "timeouts",
        "logging",
        "settings",
        "command-line",
        "local-server",
        "page",
    ],
    "Where it runs": [
        *(
            "keep-your-application",
            "operations",
            "keys-and-projects",
            "deploy",
            "postgresql",
            "performance",
            "several-servers",
            "jupyter",
            "web",
            "processes",
            "frameworks",
        ),
    ],
    "Three ways to use it": ["importing", "regenerating", "vendoring"],
    "Moving over": [
        *("from-openai", "from-r-and-ruby", "bring-your-threads", "leave-foundry"),
    ],
    "Reference of the client": [
        "reference/client",
        "reference/assistants",
        "reference/threads",
        "reference/threads-messages",
        "reference/threads-runs",
        "reference/threads-runs-steps",
        "reference/files",
        "reference/vector-stores",
        "reference/vector-stores-files",
        "reference/vector-stores-file-batches",
        "reference/models",
        "reference/objects",
        "reference/tools",
        "reference/streams",
        "reference/pages",
        "reference/responses",
        "reference/errors",
        "reference/types",
    ],
    "Reference": [
        "/generated/API",
        "how-the-generator-works",
        "when-things-go-wrong",
    ],
    "Project": ["Readme </README>", "/CONTRIBUTING", "/SECURITY", "/CHANGELOG"],
}
"""The order of the pages, which `previous` and `next` follow."""

project = "assistants-client"
language = "en"
extensions = ["myst_parser", "sphinx_copybutton"]
root_doc = "docs/index"
include_patterns = ["docs/*.md", "docs/reference/*.md", "*.md", "generated/API.md"]
exclude_patterns = [".*", "node_modules", "site"]

# So that `page.md#a-heading` is understood as it is on the pages of a repository.
myst_heading_anchors = 3

# What is quoted is code more often than not.
smartquotes = False

html_theme = "furo"
html_title = "assistants-client"
html_static_path = ["static"]
html_css_files = ["extra.css"]
# The button that copies code is there without pointing at it, as on a phone.
copybutton_selector = "div.highlight pre"
# The site begins at its top as well.
html_extra_path = ["extra"]
html_show_copyright = False
html_show_sourcelink = False
html_copy_source = False
html_use_index = False
# Built twice, the site is the same.
html_last_updated_fmt = None


def contents() -> str:
    """Return what tells Sphinx the order of all pages."""
    trees = []
    for part, names in PAGES.items():
        lines = ["```{toctree}", ":hidden:", f":caption: {part}", "", *names, "```"]
        trees.append("\n".join(lines))
    return "\n\n" + "\n\n".join(trees) + "\n"


def _index() -> str:
    path = Path(__file__).resolve().parents[2] / "generated" / "API.md"
    return path.read_text(encoding="utf-8")


def _read(app: Any, name: str, content: list[str]) -> None:
    if name == root_doc:
        content[0] += contents()
    elif name == "generated/API":
        content[0] = as_page(content[0])
    elif name.startswith("docs/reference/"):
        types = Types(models_in(_index()), "../../generated/API.html")
        content[0] = with_reference(content[0], types)


def _finish(app: Any, error: Exception | None) -> None:
    if error is None:
        repair(app.outdir)
        check_fetched(app.outdir)


def setup(app: Any) -> None:
    """Have Sphinx call what is above."""
    app.connect("source-read", _read)
    app.connect("build-finished", _finish)

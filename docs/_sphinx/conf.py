"""How Sphinx makes the site; `scripts/docs` calls it, with the pages laid out anew."""

from __future__ import annotations

project = "assistants-client"
language = "en"
extensions = ["myst_parser"]

# So that `page.md#a-heading` is understood as it is on the pages of a repository.
myst_heading_anchors = 3

# What is quoted is code more often than not.
smartquotes = False

html_theme = "furo"
html_title = "assistants-client"
html_static_path = ["static"]
html_css_files = ["extra.css"]
html_show_copyright = False
html_show_sourcelink = False
html_copy_source = False
html_use_index = False
# Built twice, the site is the same.
html_last_updated_fmt = None

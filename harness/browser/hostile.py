"""Texts that would do harm in a page that takes them for markup, code or layout."""

from __future__ import annotations

# Each way of running a script tells `window.harmed`, which the tests look at.
MARKUP = (
    "<img src=x onerror=\"window.harmed='img'\">"
    "<svg/onload=\"window.harmed='svg'\">"
    "<script>window.harmed='script'</script>"
    "\"'><iframe srcdoc=\"<script>parent.harmed='frame'</script>\"></iframe>"
    "</textarea></title></style><a href=\"javascript:window.harmed='link'\">HOSTILE</a>"
    "{{7*7}}${7*7} &lt;b&gt; %3Cb%3E"
)
ADDRESSES = (
    "HOSTILE [link](javascript:window.harmed='markdown') "
    "![image](https://example.invalid/seen.png) javascript:window.harmed='bare' "
    "data:text/html,<script>parent.harmed='data'</script> //example.invalid/x"
)
# Right-to-left overrides and isolates that are never ended, marks on marks.
DIRECTIONS = (
    "HOSTILE \u202egnp.exe\u2066\u202d \u05d0\u05d1 \u0000 Z\u0335\u0322\u0321 "
    "\ufeff\u2028end"
)
LONG_WORD = "HOSTILE" + "W" * 1_000_000
_SVG = "<svg xmlns='http://www.w3.org/2000/svg' onload=\"parent.harmed='svg'\"/>"
# What browsers might run, or fetch, where an image is said to be.
IMAGES = (
    "javascript:window.harmed='image'",
    "data:text/html,<script>parent.harmed='image'</script>",
    f"data:image/svg+xml,{_SVG}",
    "https://example.invalid/seen.png",
)
QUESTIONS = (ADDRESSES, DIRECTIONS, LONG_WORD)

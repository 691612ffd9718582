"""Code that is read as text: what calls look like in each language."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Final

from . import advice
from .findings import Finding, Kind
from .lines import Lines
from .retirement import IN_TEXT, change_for

_MOST_FOUND: Final = 120
_AROUND_DOTS: Final = re.compile(r" ?(\?\.|\.|->) ?")
REQUESTS: Final = re.compile(
    r"""(?:/v1|/openai(?:/v1)?|api/projects/[\w{}$.-]+)/(?:threads|assistants)\b[^\s"'`<>]{0,80}"""
    r"|OpenAI-Beta[\"']?\s{0,3}[:=,>]{1,2}\s{0,3}[\"']?\s{0,3}assistants=v\d",
    re.IGNORECASE,
)
"""What a request of the Assistants API has in it, whoever sends it."""


@dataclass(frozen=True)
class Pattern:
    """What something looks like.

    Attributes:
        regex: the pattern.
        kind: what it is.
        change: what to do.
        page: the page that says more.
        needs: what has to be in the same file, so that nothing else is meant.
        certain: whether it can't be anything else.
    """

    regex: re.Pattern[str]
    kind: Kind
    change: str
    page: str
    needs: re.Pattern[str] | None = None
    certain: bool = True


def _pattern(
    regex: str,
    needs: str | None = None,
    *,
    kind: Kind = Kind.CALL,
    change: str = advice.SERVER,
    page: str = advice.KEEP,
    certain: bool = True,
) -> Pattern:
    # Whoever writes openai writes it in any case.
    other = None if needs is None else re.compile(needs, re.IGNORECASE)
    return Pattern(re.compile(regex), kind, change, page, other, certain)


_RESOURCES: Final = r"(?:threads|assistants|vectorStores|vector_stores)"
_REST: Final = r"(?:\s{0,200}\??\.\s{0,200}\w+){0,4}"
# `client.beta.threads`, also over several lines; with an optional chain in JavaScript.
_BETA: Final = _pattern(
    rf"(?<![\w$\])])[\w$\])]+\s{{0,200}}\??\.\s{{0,200}}beta\s{{0,200}}\??\.\s{{0,200}}{_RESOURCES}\b{_REST}"
)
_LANGCHAIN: Final = _pattern(
    r"\b(?:OpenAIAssistant(?:V2)?Runnable|OpenAIAssistantAgent|GPTAssistantAgent"
    r"|AzureAssistantAgent)\b",
    kind=Kind.FRAMEWORK,
    change=advice.FRAMEWORK,
    page=advice.FRAMEWORKS,
)
_RUBY: Final = _pattern(
    r"\b\w+\.(?:beta\.)?(?:threads|assistants|runs|run_steps|messages)"
    r"\.(?:create|retrieve|list|modify|update|cancel|delete|submit_tool_outputs)\b",
    r"OpenAI::Client",
    change=advice.R_OR_RUBY,
    page=advice.R_AND_RUBY,
)
_R: Final = _pattern(
    r"\b(?:oai_\w*(?:assistant|thread|message|run)\w*|oaii_\w+"
    r"|(?:threads|assistants|runs|messages)_\w+_request)\b",
    r"openai|oaii|oai_",
    change=advice.R_OR_RUBY,
    page=advice.R_AND_RUBY,
)
_GO: Final = _pattern(
    r"\.(?:(?:Create|Retrieve|Modify|List|Delete|Cancel|Submit)\w{0,20}"
    r"(?:Assistant|Thread|Message|Run|RunStep|ToolOutputs)s?"
    r"|Beta\.(?:Threads|Assistants)(?:\.\w+){0,3})\(",
    r"go-openai|openai-go",
)
_DOTNET: Final = _pattern(
    r"\b(?:AssistantClient|GetAssistantClient|PersistentAgentsClient"
    r"|CreateThreadAndRun\w*)\b",
    r"openai|azure\.ai",
)
_JAVA: Final = _pattern(
    r"\bbeta\(\)\s{0,200}\.\s{0,200}(?:threads|assistants)\(\)", "openai"
)
_PHP: Final = _pattern(
    r"->(?:threads|assistants)\(\)\s{0,200}->\s{0,200}\w+(?:\(\)\s{0,9}->\s{0,9}\w+)?",
    "openai",
)
_AGENTS: Final = _pattern(
    r"\b(?:AgentsClient|agents\.(?:createAgent|threads|messages|runs)\.?\w*)\b",
    r"@azure/ai-(?:agents|projects)",
    kind=Kind.FRAMEWORK,
    change=advice.AGENTS,
)
_PYTHON: Final = _pattern(
    r"\b(?:from|import)\s+openai\.types\.beta\b[\w.]*|\bAssistantEventHandler\b",
    "openai",
    kind=Kind.IMPORT,
    change=advice.for_types_import("openai.types.beta"),
    page=advice.FROM_OPENAI,
    certain=False,
)
# `const { threads } = openai.beta`, and what goes by the name of `openai.beta`.
_TAKEN: Final = _pattern(
    r"\{[^{}\n]{0,200}\b(?:threads|assistants)\b[^{}\n]{0,200}\}\s{0,9}="
    r"\s{0,9}[\w$.]{1,100}\.beta\b",
    "openai",
)
_NAMED: Final = _pattern(
    rf"(?<![\w$.])beta\s{{0,200}}\??\.\s{{0,200}}{_RESOURCES}\b{_REST}\s{{0,9}}\(",
    "openai",
    certain=False,
)
_SCRIPT: Final = (_BETA, _TAKEN, _NAMED, _LANGCHAIN, _AGENTS)
_BY_SUFFIX: Final[dict[str, tuple[Pattern, ...]]] = {
    **dict.fromkeys((".py", ".pyi", ".ipynb"), (_BETA, _PYTHON, _LANGCHAIN)),
    **dict.fromkeys((".js", ".jsx", ".mjs", ".cjs", ".ts", ".tsx"), _SCRIPT),
    **dict.fromkeys((".mts", ".cts", ".vue", ".svelte", ".astro", ".html"), _SCRIPT),
    **dict.fromkeys((".rb", ".rake", ".erb"), (_RUBY,)),
    **dict.fromkeys((".r", ".rmd", ".qmd"), (_R,)),
    ".go": (_GO,),
    **dict.fromkeys((".cs", ".fs", ".vb"), (_DOTNET,)),
    **dict.fromkeys((".java", ".kt", ".kts", ".scala", ".groovy"), (_JAVA,)),
    ".php": (_PHP,),
}
# Where only requests and models are looked for.
_OTHERS: Final = frozenset(
    {
        *(".sh", ".bash", ".zsh", ".fish", ".ps1", ".bat", ".cmd", ".http", ".rest"),
        *(".rs", ".swift", ".dart", ".ex", ".exs", ".lua", ".pl", ".jl", ".c", ".cpp"),
        *(".yaml", ".yml", ".json", ".toml", ".ini", ".cfg", ".conf", ".properties"),
        *(".env", ".tf", ".xml", ".gradle", ".sql", ".hurl", ".bru"),
    }
)
_NAMES: Final = frozenset({"dockerfile", "makefile", "justfile", "procfile", "gemfile"})
# Written by tools, and long.
_LOCKS: Final = frozenset(
    {
        *("package-lock.json", "yarn.lock", "pnpm-lock.yaml", "poetry.lock", "uv.lock"),
        *("composer.lock", "cargo.lock", "gemfile.lock", "go.sum"),
    }
)


def suffix_of(name: str) -> str | None:
    """Return what a file is read as, by its name; None where it is no code."""
    low = name.lower()
    if low in _LOCKS or low.endswith(".min.js"):
        return None
    if low.startswith(".env"):
        return ".env"
    dot = low.rfind(".")
    suffix = low[dot:] if dot > 0 else ""
    if suffix in _BY_SUFFIX or suffix in _OTHERS:
        return suffix
    return ".env" if low.split(".")[0] in _NAMES else None


def in_text(text: str, suffix: str, today: date) -> Iterator[Finding]:
    """Return what is found in a text by patterns.

    Args:
        text: the text.
        suffix: what it is read as.
        today: the present day.
    """
    lines = Lines(text, suffix)
    for pattern in _BY_SUFFIX.get(suffix, ()):
        if pattern.needs is not None and not pattern.needs.search(text):
            continue
        for found in pattern.regex.finditer(text):
            finding = _finding(found, lines, pattern)
            if finding is not None:
                yield finding
    yield from _everywhere(text, lines, today)


def _everywhere(text: str, lines: Lines, today: date) -> Iterator[Finding]:
    for found in REQUESTS.finditer(text):
        if not lines.is_comment(found.start()):
            yield request_finding(found[0], *lines.place(found.start()))
    for found in IN_TEXT.finditer(text):
        if not lines.is_comment(found.start(1)):
            yield model_finding(found[1], *lines.place(found.start(1)), today)


def request_finding(found: str, line: int, column: int) -> Finding:
    """Return the finding of a path or a header."""
    what = in_one_line(found)
    return Finding(line, column, Kind.REQUEST, what, advice.REQUEST, advice.KEEP)


def model_finding(name: str, line: int, column: int, today: date) -> Finding:
    """Return the finding of a model that has a day of retirement."""
    change = change_for(name, today)
    return Finding(line, column, Kind.MODEL, name, change, advice.KEEP)


def in_one_line(text: str) -> str:
    """Return code in one line, shortened."""
    return _AROUND_DOTS.sub(r"\1", " ".join(text.split()))[:_MOST_FOUND]


def _finding(found: re.Match[str], lines: Lines, pattern: Pattern) -> Finding | None:
    if lines.is_comment(found.start()):
        return None
    line, column = lines.place(found.start())
    what = in_one_line(found[0]).rstrip("(")
    kind, change, page = pattern.kind, pattern.change, pattern.page
    return Finding(line, column, kind, what, change, page, pattern.certain)

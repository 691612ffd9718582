"""Other languages are read as text: by what calls look like in them."""

from __future__ import annotations

import json
from datetime import date

import pytest

from assistants_cli.scan.findings import Kind
from assistants_cli.scan.patterns import suffix_of
from assistants_cli.scan.scanner import findings_in
from tests.cases import each_case

TODAY = date(2026, 11, 29)


def found(text: str, suffix: str) -> list[tuple[int, int, str, str]]:
    scanned = findings_in(text, suffix, TODAY)
    return [(each.line, each.column, each.kind, each.found) for each in scanned]


@each_case(
    ("suffix", "text", "shown"),
    [
        (".ts", "await openai.beta.threads.create()", "openai.beta.threads.create"),
        (".js", "x?.beta?.assistants?.list()", "x?.beta?.assistants?.list"),
        (
            ".tsx",
            "this.ai.beta\n  .threads.runs.create(t)",
            "ai.beta.threads.runs.create",
        ),
        (".mjs", "ai().beta.vectorStores.list()", ").beta.vectorStores.list"),
        (
            ".js",
            "import { AgentsClient } from '@azure/ai-agents';",
            "AgentsClient",
        ),
        (".js", "const { threads } = openai.beta;", "{ threads } = openai.beta"),
        (".js", "openai; beta.threads.runs.create(x)", "beta.threads.runs.create"),
        (".js", "new OpenAIAssistantRunnable({})", "OpenAIAssistantRunnable"),
        (
            ".rb",
            "client = OpenAI::Client.new\nclient.threads.create",
            "client.threads.create",
        ),
        (".r", "library(openaiapi)\noai_create_thread()", "oai_create_thread"),
        (
            ".go",
            'import "github.com/sashabaranov/go-openai"\nc.CreateThreadAndRun(ctx)',
            ".CreateThreadAndRun",
        ),
        (
            ".go",
            'import "github.com/openai/openai-go"\nc.Beta.Threads.New(ctx)',
            ".Beta.Threads.New",
        ),
        (".cs", "using OpenAI;\nvar a = c.GetAssistantClient();", "GetAssistantClient"),
        (".java", "import com.openai.*;\nc.beta().threads()", "beta().threads()"),
        (".kt", "import com.openai\nc.beta().assistants()", "beta().assistants()"),
        (
            ".php",
            "use OpenAI;\n$client->threads()->runs()->create()",
            "->threads()->runs()->create",
        ),
        (
            ".sh",
            "curl https://api.openai.com/v1/threads/$T/runs",
            "/v1/threads/$T/runs",
        ),
        (
            ".sh",
            'x \\\n  --header "OpenAI-Beta: assistants=v2"',
            "OpenAI-Beta: assistants=v2",
        ),
        (".http", "OpenAI-Beta: assistants=v2", "OpenAI-Beta: assistants=v2"),
        (
            ".rs",
            'post("https://x/openai/assistants?api-version=1")',
            "/openai/assistants",
        ),
        (".env", "MODEL=gpt-4", "gpt-4"),
        (".yaml", "model: openai/gpt-3.5-turbo-0125", "gpt-3.5-turbo-0125"),
        (".json", '{"model": "gpt-4o-mini"}', "gpt-4o-mini"),
        (".py", "print client.beta.threads.create()", "client.beta.threads.create"),
        (".py", "from openai.types.beta import X\n(", "from openai.types.beta"),
    ],
)
def test_calls_are_found_in_every_language(suffix: str, text: str, shown: str) -> None:
    names = [each[3] for each in found(text, suffix)]
    assert any(name.startswith(shown) for name in names), names


@each_case(
    ("suffix", "text"),
    [
        (".ts", "// openai.beta.threads.create()"),
        (".ts", "x(); // openai.beta.threads.create()"),
        (".ts", "/* openai.beta.threads.create()\n * openai.beta.threads.list() */"),
        (".ts", "threads.create(); pool.threads.list(); beta.threads"),
        (".ts", "openai.chat.completions.create({model: 'gpt-5'})"),
        (".ts", "openai; const { threads } = pool; const { beta } = openai;"),
        (".rb", "pool.threads.create; client.runs.list"),
        (".go", "db.CreateThread(x); forum.ListMessages()"),
        (".cs", "new AssistantClient()"),
        (".php", "$forum->threads()->create()"),
        (".java", "pool.threads(); model.beta()"),
        (".sh", "# curl https://api.openai.com/v1/threads"),
        (".yaml", "image: registry/gpt-4-runner:1\npath: /srv/gpt-4/x\n# gpt-4"),
        (".env", "MODEL=gpt-5-mini\nNAME=my-gpt-4o"),
        (".json", '{"model": "gpt-4o-transcribe", "url": "/v1/threading"}'),
    ],
)
def test_false_friends_are_left_alone(suffix: str, text: str) -> None:
    assert found(text, suffix) == []


COMMENTS = {
    "# ": (
        ".env .py .rb .rake .r .ex .exs .pl .sh .bash .zsh .fish .ps1 .jl .yaml .yml "
        ".toml .conf .cfg .properties .tf .hurl .http .rest .php .ini"
    ),
    "// ": (
        ".js .jsx .mjs .cjs .ts .tsx .mts .cts .vue .svelte .astro .go .cs .fs .java "
        ".kt .kts .scala .groovy .gradle .php .http .rest .rs .swift .dart .c .cpp"
    ),
    "/* ": ".js .php .go",
    " * ": ".ts .java .php",
    "<!-- ": ".html .vue .xml",
    "; ": ".ini",
    "-- ": ".lua .sql",
    "rem ": ".bat .cmd",
    "REM ": ".bat .cmd",
    ":: ": ".bat .cmd",
    "'": ".vb",
}


@each_case(
    ("mark", "suffix"),
    [(mark, each) for mark, several in COMMENTS.items() for each in several.split()],
)
def test_comments_are_left_alone_and_requests_found(mark: str, suffix: str) -> None:
    assert suffix_of(f"a{suffix}") == suffix
    request = "post( https://api.openai.com/v1/threads"
    assert found(f"{mark}{request}\n{request}", suffix) == [
        (2, 29, Kind.REQUEST, "/v1/threads")
    ]


@each_case("suffix", [".ipynb", ".pyi", ".erb", ".rmd", ".qmd", ".json", ".bru"])
def test_requests_are_found_where_there_are_no_comments(suffix: str) -> None:
    assert suffix_of(f"a{suffix}") == suffix
    assert [each[3] for each in found("(GET /v1/threads", suffix)] == ["/v1/threads"]


def test_places_are_those_of_the_text() -> None:
    text = "let a;\n  const t = await openai.beta.threads.create();\n"
    assert found(text, ".ts") == [
        (2, 19, Kind.CALL, "openai.beta.threads.create"),
    ]


def test_notebooks_are_read_cell_by_cell() -> None:
    cells = [
        {"cell_type": "markdown", "source": ["client.beta.threads.create()"]},
        {
            "cell_type": "code",
            "source": [
                "!pip install openai\n",
                "from openai import OpenAI\n",
                "c = OpenAI()",
            ],
        },
        {"cell_type": "code", "source": "%%bash\ncurl x"},
        {"cell_type": "code", "source": "%time x\nif 1:\n    c.beta.threads.create()"},
    ]
    scanned = findings_in(json.dumps({"cells": cells}), ".ipynb", TODAY)
    places = [(each.cell, each.line, each.column, each.found) for each in scanned]
    assert places == [
        (2, 2, 20, "from openai import OpenAI"),
        (4, 3, 5, "client.beta.threads.create"),
    ]
    for broken in ('{"cells": [1]}', "{", "[]", '{"cells": [{"cell_type": "code"}]}'):
        assert findings_in(broken, ".ipynb", TODAY) == []
    # What is no notebook is read as text, but not for what other modules use.
    text = '{"cells": "c.beta.threads.create()"}'
    assert [each.line for each in findings_in(text, ".ipynb", TODAY)] == [1]
    assert findings_in(text, ".ipynb", TODAY, elsewhere=True) == []


def test_a_cell_may_be_one_line() -> None:
    lines = ("import openai", "?openai", "openai.beta.threads.create()", "x = 1")
    cells = [{"cell_type": "code", "source": each} for each in lines]
    scanned = findings_in(json.dumps({"cells": cells}), ".ipynb", TODAY)
    assert [(each.cell, each.line, each.found, each.certain) for each in scanned] == [
        (1, 1, "import openai", True),
        (3, 1, "client.beta.threads.create", True),
    ]


def test_names_say_what_is_code() -> None:
    assert suffix_of("a.PY") == ".py"
    assert suffix_of("Rmd.Rmd") == ".rmd"
    assert suffix_of(".env.local") == ".env"
    for name in ("Dockerfile", "Dockerfile.dev", "Makefile", "justfile", "Procfile"):
        assert suffix_of(name) == ".env", name
    for name in (
        *("a.png", "README.md", "x.min.js", "x", ".py.swp", ".ts", "package-lock.json"),
        *("Gemfile.lock", "poetry.lock", "uv.lock", "composer.lock", "yarn.lock"),
        *("pnpm-lock.yaml", "Cargo.lock", "go.sum"),
    ):
        assert suffix_of(name) is None, name


@pytest.mark.parametrize("suffix", [".py", ".ts", ".rb", ".r", ".go", ".php", ".ipynb"])
def test_hostile_texts_come_to_an_end(suffix: str) -> None:
    size = 20_000
    for piece in (
        *("a", "a.", "beta.", "x.beta.", "(", "[", "-", " ", "\n", "'", '"', "\\"),
        *("gpt-4.", "gpt-4 ", "oai_", "/v1/threads ", "OpenAI::Client", "é", "\x0c"),
        *("x .beta .threads ", "if x:\n ", "f(", "lambda: ", "{", "\u2028", "not "),
    ):
        for text in (piece * (size // len(piece)), f"openai {piece * 3_000}x"):
            assert len(findings_in(text, suffix, TODAY)) < size

"""Arguments for every method, as our client and the openai package take them."""

# mypy: disable-error-code="deprecated"

from __future__ import annotations

import inspect
from typing import TYPE_CHECKING, Any, Final

import openai

from assistants_client._operations import OPERATIONS
from tests.client.recording import KEY

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tests.client.recording import Call
ODD_TEXT = 'Grüße, \u2028 \U0001f438 "quoted" \\ \x01 </script> e\u0301'

STAINLESS: Final = frozenset(
    f"x-stainless-{name}"
    for name in (
        *("arch", "async", "lang", "os", "package-version", "runtime"),
        *("runtime-version", "retry-count", "read-timeout"),
    )
)
WANTED: Final[Mapping[str, str]] = {
    "user-agent": "a server should know whom it talks to, and that is us",
    **dict.fromkeys(STAINLESS, "nobody needs to know the user's computer"),
}
"""Headers that differ on every request, and why we want that."""
WITHOUT_BODY: Final[Mapping[str, str]] = {
    "content-type": "servers refuse a DELETE that promises JSON and brings none",
}
"""Headers that differ as well where there is no body; none do where it is a GET."""
EVERYWHERE: Final[Mapping[str, str]] = {
    "openai-beta": "all of the document is of the version that it names",
}
"""Headers that differ for files and models as well."""
OF_FILES: Final[Mapping[str, str]] = {
    "accept": "no server knows that type, and one that is strict could refuse it",
}
"""Headers that differ for the content of a file."""
OF_THE_LIBRARY: Final[Mapping[str, str]] = {
    "accept-encoding": "says which decoders the HTTP library found installed",
}
"""Headers that are no decision of ours."""

FUNCTION: Any = {
    "type": "function",
    "function": {
        "name": "weather",
        "description": ODD_TEXT,
        "parameters": {"type": "object", "properties": {"ort": {"type": "string"}}},
        "strict": None,
    },
}
FILES: Any = {"code_interpreter": {"file_ids": ["file-1"]}, "file_search": {}}
MESSAGES: Any = [
    {"role": "user", "content": ODD_TEXT},
    {
        "role": "assistant",
        "content": [
            {"type": "text", "text": ODD_TEXT},
            {"type": "image_url", "image_url": {"url": "https://example.com/ä?b=c"}},
        ],
        "attributes": {"jahr": 1999.5, "ö": "ä", "neu": False},
        "attachments": [{"file_id": "file-1", "tools": [{"type": "file_search"}]}],
        "metadata": None,
    },
]
VALUES: Final[Mapping[str, Any]] = {
    "additional_instructions": ODD_TEXT,
    "additional_messages": MESSAGES,
    "after": "item/ä b+c&d=e%",
    "assistant_id": "asst ä/b?c#d%2F",
    "attributes": {"jahr": 1999.5, "ö": "ä", "neu": False},
    "attachments": [{"file_id": "file-1", "tools": [{"type": "code_interpreter"}]}],
    "batch_id": "vsfb_$&",
    "before": "~item.*-_",
    "chunking_strategy": {
        "type": "static",
        "static": {"max_chunk_size_tokens": 100, "chunk_overlap_tokens": 0},
    },
    "content": MESSAGES[1]["content"],
    "description": "",
    "expires_after": {"anchor": "last_active_at", "days": 7},
    "file_id": "file/ö +",
    "file_ids": ["file_1", "file ö"],
    "files": [{"file_id": "file_1", "attributes": {"a": 1}}],
    "filter": "in_progress",
    "filters": {
        "type": "and",
        "filters": [
            {"type": "eq", "key": "ö", "value": 1.5},
            {"type": "in", "key": ""},
        ],
    },
    "include": ["step_details.tool_calls[*].file_search.results[*].content", "b c"],
    "instructions": ODD_TEXT,
    "limit": 100,
    "max_completion_tokens": 2**40,
    "max_num_results": 50,
    "max_prompt_tokens": 256,
    "message_id": "msg..+;/",
    "messages": MESSAGES,
    "metadata": {"Farbe": "grün", "": "", "\u2029": "\x7f"},
    "model": "gpt-ö",
    "name": ODD_TEXT,
    "order": "asc",
    "parallel_tool_calls": False,
    "purpose": "assistants",
    "query": [ODD_TEXT, ""],
    "ranking_options": {"ranker": "none", "score_threshold": 0.25},
    "reasoning_effort": "low",
    "response_format": {
        "type": "json_schema",
        "json_schema": {"name": "a", "schema": {"enum": [1, 1.0, None, True, 1e100]}},
    },
    "rewrite_query": True,
    "role": "user",
    "run_id": "run=ü&%20",
    "step_id": "step:@!$'()*,",
    "stream": False,
    "temperature": 0.1,
    "thread": {"messages": MESSAGES, "tool_resources": FILES, "metadata": {"a": "b"}},
    "thread_id": 'thread \u2028[]{}|\\^`<>"',
    "tool_choice": {"type": "function", "function": {"name": "weather"}},
    "tool_outputs": [{"tool_call_id": "call_1", "output": ODD_TEXT}, {"output": ""}],
    "tool_resources": FILES,
    "tools": [{"type": "file_search", "file_search": {"max_num_results": 1}}, FUNCTION],
    "top_p": 1,
    "truncation_strategy": {"type": "last_messages", "last_messages": 3},
    "vector_store_id": "vs_#ß",
    "extra_headers": {"X-Mine": "of mine", "openai-BETA": "other=v1"},
    "extra_query": {
        "texts": ["ä b", "c+d", ""],
        "deep": {"one": {"two": 2.5, "three": [True, False]}, "none": None},
        "mixed": (1, "2"),
        "nothing": None,
        "order": "desc",
    },
    "extra_body": {
        "metadata": {"k": "v"},
        "more": {"ä": [None, 0.5, -0.0]},
        "no": None,
    },
    "timeout": 12.5,
}
"""For each parameter that a method of the package has, a value that goes out."""
OPTIONS = ("extra_headers", "extra_query", "extra_body", "timeout")


def method(client: Any, name: str) -> Any:
    top = name.partition(".")[0]
    found = client.beta if hasattr(client.beta, top) else client
    for part in name.split("."):
        found = getattr(found, part)
    return found


def parameters(client: Any, name: str) -> dict[str, inspect.Parameter]:
    """Return the parameters that a method of the package has."""
    known = dict(inspect.signature(inspect.unwrap(method(client, name))).parameters)
    # Where nothing is deprecated, the method is bound.
    known.pop("self", None)
    return known


_theirs = openai.OpenAI(base_url="http://127.0.0.1:1", api_key=KEY)
FORMS: Final = {"files.create"}
"""Methods whose request is a form, not JSON."""
KNOWN: Final = {
    name: parameters(_theirs, name) for name in OPERATIONS if name not in FORMS
}
_theirs.close()


def call(name: str, arguments: Mapping[str, Any]) -> Call:
    return lambda client: method(client, name)(**arguments)


def needed(name: str) -> dict[str, Any]:
    """Return the arguments without which a method can't be called."""
    return {
        argument: VALUES[argument]
        for argument, parameter in KNOWN[name].items()
        if parameter.default is inspect.Parameter.empty
    }


def optional(name: str) -> list[str]:
    """Return what may be left out, but for what all methods have."""
    return [each for each in KNOWN[name] if each not in {*OPTIONS, *needed(name)}]

"""LiteLLM's proxy, from PyPI: with answers of its own, and between us and llmock."""

from __future__ import annotations

import json
import os
import secrets
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any
from unittest.mock import patch

from harness.counterparts.answers import SAID
from harness.counterparts.counterpart import Counterpart
from harness.environments import python_with
from harness.processes import free_port, is_listening, running

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

JSON = dict[str, Any]
# The last one whose parts, each released apart, can all be had.
VERSION = "1.106.12"
MOCKED, PASSED, BRIDGED = "mocked", "passed-on", "bridged"
_UNSTREAMED = "it can't stream its own answers as Responses"
_LACKS_OF_ITS_OWN = {
    "responses polled": _UNSTREAMED,
    "responses streamed": _UNSTREAMED,
}
_NO_CODE = "it leaves out the code of a refusal"
_ENDED = "it ends what broke off as if that were all"
_LACKS = {
    "chat used_up": _NO_CODE,
    "chat truncated": _ENDED,
    "responses garbled": "it leaves out what it can't read",
}
_LACKS_BRIDGED = {"used_up": _NO_CODE, "truncated": _ENDED}
# It would ask its makers for prices of models, and tell them of its use.
_QUIET = {"LITELLM_LOCAL_MODEL_COST_MAP": "True", "DO_NOT_TRACK": "1"}


@contextmanager
def litellm(folder: Path, behind: Counterpart) -> Iterator[list[Counterpart]]:
    """Serve it while the block lasts; yield one counterpart for each of its models.

    One has an answer of its own, one is passed on as it is, and one knows chat
    completions only, so that LiteLLM writes the events of Responses itself.

    Args:
        folder: takes its log and its settings.
        behind: what answers behind it.

    Raises:
        ProcessError: it can't be installed, or doesn't start.
    """
    python = python_with(f"litellm-{VERSION}", f"litellm[proxy]=={VERSION}")
    key = f"sk-{secrets.token_hex(24)}"
    port = free_port()
    settings = folder / "litellm.json"
    settings.write_text(json.dumps(_settings(key, behind)), "utf-8")
    command: list[str | Path] = [
        *(python.with_name("litellm"), "--config", settings),
        *("--host", "127.0.0.1", "--port", str(port), "--telemetry", "False"),
    ]
    url = f"http://127.0.0.1:{port}/v1"
    with (
        patch.dict(os.environ, _QUIET),
        running(command, folder / "litellm.log", lambda: is_listening(port)),
    ):
        yield [
            Counterpart(
                "LiteLLM", url, MOCKED, key, lists=PASSED, lacks=_LACKS_OF_ITS_OWN
            ),
            Counterpart(
                "LiteLLM > llmock",
                url,
                PASSED,
                key,
                behind.script,
                lists=MOCKED,
                lacks={**_LACKS, **behind.lacks},
            ),
            Counterpart(
                "LiteLLM > llmock, bridged",
                url,
                BRIDGED,
                key,
                behind.script,
                lists=MOCKED,
                protocols=("responses",),
                lacks=_LACKS_BRIDGED,
            ),
        ]


def _settings(key: str, behind: Counterpart) -> JSON:
    there = {"api_base": behind.url, "api_key": "any", "max_retries": 0}
    bridged = {"use_chat_completions_api": True}
    models: dict[str, JSON] = {
        MOCKED: {"model": "openai/any", "mock_response": SAID, **there},
        PASSED: {"model": f"openai/{behind.model}", **there},
        BRIDGED: {"model": f"openai/{behind.model}", **there, **bridged},
    }
    return {
        "model_list": [
            {"model_name": name, "litellm_params": given}
            for name, given in models.items()
        ],
        # What is tried here is what we make of a refusal.
        "router_settings": {"num_retries": 0, "disable_cooldowns": True},
        "litellm_settings": {"telemetry": False, "num_retries": 0},
        "general_settings": {"master_key": key},
    }

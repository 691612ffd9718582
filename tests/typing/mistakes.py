"""Calls with an argument that is wrong, and the name that the message has to have."""

from __future__ import annotations

from typing import Final

PREAMBLE: Final = ("from assistants_client import Client", "client = Client()")
_BEGIN = 'thread_id="t", assistant_id="a"'
MISTAKES: Final = {
    'client.assistants.create(model="m", nmae="b")': "nmae",
    'client.assistants.create(model="m", name=5)': "name",
    "client.assistants.create()": "model",
    "client.assistants.create(model=7)": "model",
    'client.threads.runs.retrieve("r")': "thread_id",
    f"client.threads.runs.create_and_poll({_BEGIN}, max_wiat=5)": "max_wiat",
    f"client.threads.runs.stream({_BEGIN}, on_txt=print)": "on_txt",
    'client.vector_stores.search("v", query="q", max_num_result=5)': "max_num_result",
    'client.files.create(file=b"", purpose="p", expires=5)': "expires",
    'client.assistants.with_raw_response.create(model="m", nmae="b")': "nmae",
    'client.threads.runs.create("t", assistant_id="a", instrctions="b")': "instrctions",
}

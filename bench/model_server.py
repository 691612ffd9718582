"""A server of models as load tests need it: every answer streams at the same speed.

It is a process of its own, `python -m bench.model_server TOKENS RATE`, prints its base
URL, and speaks chat completions and Responses. The first token of an answer is the time
at which it is sent, by `time.monotonic_ns`, which all processes of a machine share.
"""

from __future__ import annotations

import asyncio
import json
import sys
import time
from collections.abc import Callable
from typing import Any

_HEAD = (
    b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\n"
    b"transfer-encoding: chunked\r\n\r\n"
)
_MODELS = b'{"object":"list","data":[{"id":"m"}]}'
_WORD = " word"
_END = b"0\r\n\r\n"


def _frame(data: Any) -> bytes:
    text = data if isinstance(data, str) else json.dumps(data)
    event = f"data: {text}\n\n".encode()
    return b"%x\r\n%b\r\n" % (len(event), event)


def _chunk(delta: Any, finish: str | None = None) -> Any:
    choice = {"index": 0, "delta": delta, "finish_reason": finish}
    shared = {"id": "chatcmpl-1", "object": "chat.completion.chunk", "created": 1}
    return {**shared, "model": "m", "choices": [choice]}


def _delta(text: str) -> Any:
    place = {"item_id": "msg_1", "output_index": 0, "content_index": 0}
    return {"type": "response.output_text.delta", **place, "delta": text}


_ITEM = {"type": "message", "id": "msg_1", "role": "assistant", "content": []}
_COUNTS = {"input_tokens": 9, "output_tokens": 9, "total_tokens": 18}
_DONE = {"id": "resp_1", "status": "completed", "output": [_ITEM], "usage": _COUNTS}
_USAGE = {"prompt_tokens": 9, "completion_tokens": 9, "total_tokens": 18}
# By the end of the path: what comes first, a token, and what comes last.
_PROTOCOLS: dict[bytes, tuple[bytes, Callable[[str], bytes], bytes]] = {
    b"/chat/completions": (
        _frame(_chunk({"role": "assistant", "content": ""})),
        lambda text: _frame(_chunk({"content": text})),
        _frame(_chunk({}, "stop"))
        + _frame({**_chunk({}), "choices": [], "usage": _USAGE})
        + _frame("[DONE]"),
    ),
    b"/responses": (
        _frame(
            {"type": "response.output_item.added", "output_index": 0, "item": _ITEM}
        ),
        lambda text: _frame(_delta(text)),
        _frame({"type": "response.completed", "response": _DONE}),
    ),
}


async def serve(tokens: int, rate: float) -> None:
    """Serve until the process is ended.

    Args:
        tokens: how many tokens an answer has.
        rate: how many of them come in a second.
    """

    async def answer(
        reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        try:
            while True:
                head = await reader.readuntil(b"\r\n\r\n")
                path = head.split(b" ", 2)[1]
                if path.endswith(b"/models"):
                    length = b"%d" % len(_MODELS)
                    writer.write(
                        b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n"
                        b"content-length: " + length + b"\r\n\r\n" + _MODELS
                    )
                    continue
                await reader.readexactly(_length(head))
                ending = next(each for each in _PROTOCOLS if path.endswith(each))
                await _stream(writer, *_PROTOCOLS[ending], tokens, 1 / rate)
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()

    server = await asyncio.start_server(answer, "127.0.0.1", 0, backlog=1024)
    port = server.sockets[0].getsockname()[1]
    print(f"http://127.0.0.1:{port}/v1", flush=True)
    await server.serve_forever()


async def _stream(
    writer: asyncio.StreamWriter,
    first: bytes,
    token: Callable[[str], bytes],
    last: bytes,
    tokens: int,
    pause: float,
) -> None:
    loop = asyncio.get_running_loop()
    writer.write(_HEAD + first)
    word = token(_WORD)
    due = loop.time()
    for number in range(tokens):
        due += pause
        await asyncio.sleep(due - loop.time())
        writer.write(word if number else token(f"{time.monotonic_ns()}"))
    writer.write(last + _END)


def _length(head: bytes) -> int:
    for line in head.lower().split(b"\r\n"):
        name, _, value = line.partition(b":")
        if name == b"content-length":
            return int(value)
    return 0


if __name__ == "__main__":
    asyncio.run(serve(int(sys.argv[1]), float(sys.argv[2])))

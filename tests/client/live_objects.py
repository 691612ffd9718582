"""Live objects of each kind, and what runs a test with a client of either kind."""

from __future__ import annotations

import inspect
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    Use = Callable[[Any], Awaitable[None]]

KEY = "sk-of-the-test"
NAMES = ["Assistant", "Message", "Run", "RunStep", "Thread"]


async def got(found: Any) -> Any:
    """Return the result of a method of either kind."""
    return await found if inspect.isawaitable(found) else found


async def family(client: Any) -> dict[str, Any]:
    """Make one live object of each kind, by its name without `Async`."""
    assistant = await got(client.assistants.create(model="m", name="Ada"))
    thread = await got(client.threads.create(metadata={"a": "b"}))
    await got(thread.add_message("Hello"))
    run = await got(thread.run(assistant))
    await got(run.wait())
    message = (await got(run.messages())).data[0]
    step = (await got(run.list_steps())).data[0]
    found = [assistant, message, run, step, thread]
    return dict(zip(NAMES, found, strict=True))


def of_each(check: Callable[[Any, str], Awaitable[None]], *names: str) -> Use:
    """Check an object of each kind, and then report all that failed."""

    async def use(client: Any) -> None:
        made = await family(client)
        failed = []
        for name in names or NAMES:
            try:
                await check(made[name], name)
            except Exception as error:  # noqa: BLE001 - raised again below
                error.add_note(f"for {name}")
                failed.append(error)
        if failed:
            raise ExceptionGroup(f"{len(failed)} kinds", failed)

    return use

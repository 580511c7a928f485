"""Several calls side by side inside a connector's own loop."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable, Iterable, Iterator
from typing import TypeVar

Asked = TypeVar("Asked")
Answer = TypeVar("Answer")


async def each(
    asked: Iterable[Asked], call: Callable[[Asked], Awaitable[Answer]], *, at_most: int
) -> AsyncGenerator[Answer, None]:
    """The answers in the order in which they come. The first error ends it: what is on its way is canceled.

    Close it (contextlib.aclosing) when you leave it early.
    """
    waiting = iter(asked)
    running: set[asyncio.Task[Answer]] = set()
    try:
        while True:
            while len(running) < at_most and (task := _next(waiting, call)) is not None:
                running.add(task)
            if not running:
                return
            done, running = await asyncio.wait(running, return_when=asyncio.FIRST_COMPLETED)
            for task in done:
                yield task.result()
    finally:
        for task in running:
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)


def _next(waiting: Iterator[Asked], call: Callable[[Asked], Awaitable[Answer]]) -> "asyncio.Task[Answer] | None":
    for one in waiting:
        return asyncio.create_task(_await(call(one)))
    return None


async def _await(answer: Awaitable[Answer]) -> Answer:
    return await answer

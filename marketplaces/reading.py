"""Read named orders side by side: what webhooks point at, and what reconciling doubts."""

from collections.abc import Iterator, Sequence
from contextlib import aclosing, suppress

from marketplaces import loop
from marketplaces.adapter import Adapter, Fetched
from marketplaces.concurrently import each
from marketplaces.errors import MarketplaceError, Throttled, Unauthorized, Unavailable

Answers = dict[str, Fetched | MarketplaceError]

#: After one of these the next order would fare no better.
STOPPING = (Unavailable, Throttled, Unauthorized)


def read_all(adapter: Adapter, codes: Sequence[str], *, seconds: float) -> Answers:
    """By code: the order, or why not. Codes that were not asked for, because of the time or an outage, are missing."""
    answers: Answers = {}
    with suppress(TimeoutError):
        loop.run(_collect(adapter, codes, answers), timeout=seconds)
    return dict(answers)


def stopped_by(answers: Answers) -> MarketplaceError | None:
    return next((answer for answer in answers.values() if isinstance(answer, STOPPING)), None)


async def _collect(adapter: Adapter, codes: Sequence[str], answers: Answers) -> None:
    stopped = False

    def left() -> Iterator[str]:
        for code in codes:
            if stopped:
                return
            yield code

    async def read(code: str) -> tuple[str, Fetched | MarketplaceError]:
        try:
            return code, await adapter.read(code)
        except MarketplaceError as error:
            return code, error

    async with aclosing(each(left(), read, at_most=adapter.readers)) as read_ones:
        async for code, answer in read_ones:
            answers[code] = answer
            stopped = stopped or isinstance(answer, STOPPING)

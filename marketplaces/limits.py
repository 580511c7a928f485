"""Rate limits that all processes share: one GCRA per account and bucket in Redis, a local one while Redis is away."""

from abc import ABC, abstractmethod


class Limiter(ABC):
    """The rate limits of one account."""

    @abstractmethod
    async def take(self, bucket: str) -> None:
        """Wait for this call's turn; raises Throttled when the turn is too far away to wait for."""

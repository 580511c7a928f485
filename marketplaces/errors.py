"""What can go wrong with a marketplace. Each error has exactly one consequence.

MarketplaceError
├── Throttled       our own rate limit says wait: postponed, the attempt is given back
├── NotReady        what is asked for does not exist yet: asked again, without counting as a failure
├── Unavailable     timeout, 5xx, 429: postponed by backoff, honoring Retry-After; a pull stops until its next turn
│   └── OutcomeUnknown   the call went out and no answer came: read back before it is repeated
├── AlreadyApplied  the marketplace knows it already: counts as sent
├── Rejected        it said no, for good: failed, a person must look
├── Malformed       its answer cannot be read: read back, and failed when it stays so (updates); quarantined (orders)
├── Unauthorized    the credentials are refused: the account is paused, the attempt is given back
└── Unsupported     this marketplace has no such call: skipped, visibly
"""

from collections.abc import Collection

from marketplaces.redact import redact


class MarketplaceError(Exception):
    """`detail` is a sentence for people; keys and personal data that a marketplace quotes in it are taken out."""

    def __init__(self, detail: str) -> None:
        detail = redact(detail)
        super().__init__(detail)
        self.detail = detail


class Throttled(MarketplaceError):
    def __init__(self, detail: str, *, seconds: float) -> None:
        super().__init__(detail)
        self.seconds = seconds


class NotReady(MarketplaceError):
    """`seconds` until it is worth while to ask again; after some days of asking a person must look.

    `taken`: our call was taken and is decided later, so it is read back (`is_applied`) and not repeated.
    `parts`: of an update that is told in parts, all that were taken so far (`Outgoing.parts`); None: nothing new.
    """

    def __init__(
        self, detail: str, *, seconds: float, taken: bool = False, parts: Collection[str] | None = None
    ) -> None:
        super().__init__(detail)
        self.seconds = seconds
        self.taken = taken
        self.parts = parts


class Unavailable(MarketplaceError):
    """`retry_after` in seconds, when the marketplace named one."""

    def __init__(self, detail: str, *, retry_after: float | None = None) -> None:
        super().__init__(detail)
        self.retry_after = retry_after


class OutcomeUnknown(Unavailable):
    pass


class AlreadyApplied(MarketplaceError):
    pass


class Rejected(MarketplaceError):
    """`code` is the marketplace's own error code or HTTP status, as text.

    `undone`: what was read back is as if it had never been told; when a person sends it again, it is told anew.
    `parts`: those that were taken all the same, as NotReady's.
    """

    def __init__(
        self, detail: str, *, code: str = "", undone: bool = False, parts: Collection[str] | None = None
    ) -> None:
        super().__init__(detail)
        self.code = code
        self.undone = undone
        self.parts = () if undone else parts


class Malformed(MarketplaceError):
    pass


class Unauthorized(MarketplaceError):
    pass


class Unsupported(MarketplaceError):
    pass


class NotGenuine(Exception):
    """A webhook that does not prove that it comes from its marketplace: not stored, answered 401."""

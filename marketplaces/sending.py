"""One attempt to tell one update, and what follows from how it ended: marketplaces/errors.py in code."""

import asyncio
import logging
import time
from dataclasses import dataclass, replace

from django.utils.translation import gettext as _

from marketplaces import backoff, labels
from marketplaces.adapter import Adapter, Outgoing
from marketplaces.capabilities import LabelFile
from marketplaces.errors import (
    AlreadyApplied,
    Malformed,
    MarketplaceError,
    NotReady,
    OutcomeUnknown,
    Rejected,
    Throttled,
    Unauthorized,
    Unavailable,
    Unsupported,
)
from marketplaces.http import Call, recording
from orders.models import ChannelUpdate, ChannelUpdateAttempt

logger = logging.getLogger(__name__)

#: Seconds that a claimed update may wait for a free place, and that its attempt may take, however many calls it
#: makes. Together they are shorter than the claim's lease (checks.py).
WAIT_SECONDS = 20.0
ATTEMPT_SECONDS = 60.0
#: After so many attempts an answer that cannot be read is no accident of the network: a person must look.
UNREADABLE = 4

State = ChannelUpdate.State
Failure = ChannelUpdate.Failure
Ending = ChannelUpdateAttempt.Outcome


@dataclass(frozen=True, slots=True)
class Claim:
    """An update that is ours to send until its lease ends."""

    id: int
    kind: str
    order_code: str
    token: int
    attempts: int
    outcome_unknown: bool
    trying: float  #: seconds since its first attempt
    at: float  #: time.monotonic() when it was claimed


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """How an attempt ended, and what becomes of the update."""

    claim: Claim
    ending: Ending
    state: State
    detail: str = ""
    failure: str = ""
    retry_in: float = 0.0  #: seconds, where `state` is PENDING
    counts: bool = True  #: False: the attempt is given back
    outcome_unknown: bool = False
    rest: float = 0.0  #: seconds for which the marketplace asked to be left alone
    labels: tuple[LabelFile, ...] = ()
    parts: tuple[str, ...] | None = None  #: that were taken so far; None leaves what is known
    calls: tuple[Call, ...] = ()
    ms: int = 0


async def send(adapter: Adapter, claim: Claim, update: Outgoing) -> Outcome:
    """Tell it, after reading back whether an earlier attempt arrived. Never raises."""
    start = time.monotonic()
    if start > claim.at + WAIT_SECONDS:
        return _given_back(claim, Ending.THROTTLED, _("There was no free place to send it."), claim.outcome_unknown)
    with recording() as calls:
        outcome = await _tell(adapter, claim, update)
    return replace(outcome, calls=tuple(calls), ms=round((time.monotonic() - start) * 1000))


async def _tell(adapter: Adapter, claim: Claim, update: Outgoing) -> Outcome:
    unknown = claim.outcome_unknown
    try:
        async with asyncio.timeout(ATTEMPT_SECONDS):
            if claim.kind == ChannelUpdate.Kind.LABEL:
                # To fetch it twice does no harm, so nothing is read back.
                files = await labels.fetch(adapter, replace(update, begun=unknown))
                return Outcome(claim=claim, ending=Ending.SENT, state=State.SENT, labels=files)
            if unknown:
                if await adapter.is_applied(update):
                    raise AlreadyApplied(_("An earlier attempt had arrived."))
                unknown = False
            answer = await adapter.push(update)
    except TimeoutError:
        detail = _("The attempt was broken off after %(seconds)s seconds.") % {"seconds": round(ATTEMPT_SECONDS)}
        return _postponed(claim, Ending.OUTCOME_UNKNOWN, detail, outcome_unknown=True)
    except MarketplaceError as error:
        return replace(_consequence(error, claim, unknown), parts=_parts(error))
    except Exception as error:
        logger.exception("push.bug update=%s order=%s", claim.id, claim.order_code)
        detail = _("Internal error: %(error)s") % {"error": repr(error)}
        return _postponed(claim, Ending.INTERNAL, detail, outcome_unknown=True)
    return Outcome(claim=claim, ending=Ending.SENT, state=State.SENT, detail=answer)


def _consequence(error: MarketplaceError, claim: Claim, unknown: bool) -> Outcome:
    match error:
        case AlreadyApplied():
            ending, state, failure = Ending.ALREADY_APPLIED, State.SENT, ""
        case Unsupported():
            ending, state, failure = Ending.UNSUPPORTED, State.SKIPPED, ""
        case Rejected():
            ending, state, failure = Ending.REJECTED, State.FAILED, Failure.REJECTED
            unknown = unknown and not error.undone
        case Malformed() if claim.attempts < UNREADABLE:
            # A page of some proxy, or a body cut off. It was answered, so it may have been taken: read back first.
            return _postponed(claim, Ending.MALFORMED, error.detail, outcome_unknown=True)
        case Malformed():
            ending, state, failure, unknown = Ending.MALFORMED, State.FAILED, Failure.MALFORMED, True
        case NotReady():
            return _not_ready(claim, error, error.taken or unknown)
        case Throttled():
            return _given_back(claim, Ending.THROTTLED, error.detail, unknown, retry_in=error.seconds)
        case Unauthorized():
            return _given_back(claim, Ending.UNAUTHORIZED, error.detail, unknown)
        case OutcomeUnknown():
            return _postponed(claim, Ending.OUTCOME_UNKNOWN, error.detail, rest=error.retry_after, outcome_unknown=True)
        case _:
            rest = error.retry_after if isinstance(error, Unavailable) else None
            return _postponed(claim, Ending.UNAVAILABLE, error.detail, rest=rest, outcome_unknown=unknown)
    return Outcome(
        claim=claim, ending=ending, state=state, failure=failure, detail=error.detail, outcome_unknown=unknown
    )


def _parts(error: MarketplaceError) -> tuple[str, ...] | None:
    told = error.parts if isinstance(error, NotReady | Rejected) else None
    return None if told is None else tuple(told)


def _given_back(claim: Claim, ending: Ending, detail: str, unknown: bool, *, retry_in: float = 0.0) -> Outcome:
    return Outcome(
        claim=claim,
        ending=ending,
        state=State.PENDING,
        detail=detail,
        retry_in=retry_in,
        counts=False,
        outcome_unknown=unknown,
    )


def _not_ready(claim: Claim, error: NotReady, taken: bool) -> Outcome:
    if claim.trying > backoff.GIVE_UP_AFTER:
        return _postponed(claim, Ending.NOT_READY, error.detail, outcome_unknown=taken)
    return _given_back(claim, Ending.NOT_READY, error.detail, taken, retry_in=error.seconds)


def _postponed(
    claim: Claim, ending: Ending, detail: str, *, outcome_unknown: bool, rest: float | None = None
) -> Outcome:
    tired = claim.trying > backoff.GIVE_UP_AFTER
    return Outcome(
        claim=claim,
        ending=ending,
        state=State.FAILED if tired else State.PENDING,
        failure=Failure.EXHAUSTED if tired else "",
        detail=detail,
        retry_in=max(backoff.seconds(claim.attempts), rest or 0.0),
        outcome_unknown=outcome_unknown,
        rest=rest or 0.0,
    )

"""What reconciling found: compare what we held with what was read, and write down what differed."""

from collections.abc import Mapping
from datetime import timedelta

from django.db.models.functions import Now
from django.utils.translation import gettext as _

from marketplaces.adapter import Fetched
from marketplaces.errors import Malformed, MarketplaceError, Rejected
from marketplaces.models import Account, Difference
from marketplaces.reading import Answers
from orders.models import ChannelUpdate
from orders.status import Status, Verdict, judge
from orders.words import STATUS_WORDS

Kind = Difference.Kind

#: What does not heal is written down again after so long.
REPEATED_AFTER = timedelta(days=7)
KEPT_FOR = timedelta(days=90)


def record(account: Account, held: Mapping[str, Status], answers: Answers) -> list[Difference]:
    """`held` is what we had before `answers` were stored; returns what was written down."""
    told = _fully_told(account, list(answers))
    found = [
        Difference(account=account, code=code, kind=kind, detail=detail)
        for code, answer in answers.items()
        if (kind := _kind(held.get(code), answer, told=code in told))
        for detail in [_detail(held.get(code), answer)]
    ]
    known = set(
        Difference.objects.filter(
            account=account, code__in=[row.code for row in found], found_at__gt=Now() - REPEATED_AFTER
        ).values_list("code", "kind", "detail")
    )
    fresh = [row for row in found if row.kind in Difference.HEALED or (row.code, row.kind, row.detail) not in known]
    return Difference.objects.bulk_create(fresh)


def forget_old() -> int:
    """Drop what was found long ago; returns how many."""
    gone, _by_model = Difference.objects.filter(found_at__lt=Now() - KEPT_FOR).delete()
    return gone


def _kind(held: Status | None, answer: Fetched | MarketplaceError, *, told: bool) -> Difference.Kind | None:
    match answer:
        case Rejected():
            return Kind.GONE
        case Malformed() | Fetched(snapshot=None):
            return Kind.UNREADABLE
        case Fetched(snapshot=snapshot) if snapshot is not None:
            return _verdict(held, snapshot.status, told=told)
    return None


def _verdict(held: Status | None, there: Status | None, *, told: bool) -> Difference.Kind | None:
    if held is None:
        return Kind.MISSING
    verdict = judge(held, there) if there else Verdict.SAME
    if verdict is Verdict.BEHIND:
        return Kind.BEHIND if told else None
    return Kind.CHANGED if verdict in (Verdict.FORWARD, Verdict.IMPOSSIBLE) else None


def _detail(held: Status | None, answer: Fetched | MarketplaceError) -> str:
    if isinstance(answer, MarketplaceError):
        return answer.detail
    if answer.snapshot is None:
        return answer.problem
    there = answer.snapshot.status
    words = _("Here: %(here)s. At the marketplace: %(there)s.")
    return words % {
        "here": STATUS_WORDS[held] if held else "–",
        "there": STATUS_WORDS[there] if there else answer.snapshot.channel_status,
    }


def _fully_told(account: Account, codes: list[str]) -> set[str]:
    """Codes of orders whose every update was sent, so that the marketplace should show it."""
    updates = ChannelUpdate.objects.filter(channel=account.channel_id, order__code__in=codes)
    states: dict[str, set[str]] = {}
    for code, state in updates.values_list("order__code", "state"):
        states.setdefault(code, set()).add(state)
    return {code for code, seen in states.items() if seen <= {ChannelUpdate.State.SENT}}

"""How an account is doing: authorization, how far it knows the orders, what reconciling found, webhooks."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from marketplaces import budgets, registry
from marketplaces.admin import authorization
from marketplaces.models import AccessToken, Account, Difference, Hint
from marketplaces.models.access_token import WARNING
from marketplaces.webhook import address_of
from orders.admin.deadline import duration

#: An account that was not heard from for so long is worth an alarm, however seldom it is pulled.
SILENT_AFTER = timedelta(minutes=15)
#: A poller that is further behind is catching up.
BEHIND = timedelta(minutes=30)
SHOWN = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Budget:
    """A rate limit and how much of it is taken."""

    name: str
    rate: float  #: calls a second
    wait: float | None  #: seconds that the next call waits for its turn; None while nobody can say


@dataclass(frozen=True, slots=True, kw_only=True)
class Health:
    authorizes: bool
    token: AccessToken | None
    return_url: str
    webhook_url: str  #: "" where the marketplace sends none
    webhook_secret: str  #: what the address ends with, as the account's form calls it; it is not shown
    last_hint: Hint | None
    catching_up: str
    differences: list[Difference]
    budgets: list[Budget]  #: the most used first


def health_of(request: HttpRequest, account: Account) -> Health:
    """What the account's page shows."""
    adapter = registry.adapter_class(account.connector)
    rings = adapter.overrides("verify")
    address = address_of(request, reverse("webhook", args=[account.channel.code])) if rings else ""
    authorizes = authorization.is_needed(account)
    return Health(
        authorizes=authorizes,
        token=AccessToken.objects.filter(account=account).first() if authorizes else None,
        return_url=authorization.return_url(request) if authorizes else "",
        webhook_url=address,
        webhook_secret=_(adapter.credential_fields[name]) if (name := adapter.webhook_ends_with) else "",
        last_hint=account.hints.order_by("-received_at").first() if rings else None,
        catching_up=_catching_up(account),
        budgets=_budgets(account),
        differences=list(account.differences.order_by("-found_at")[:SHOWN]),
    )


def _budgets(account: Account) -> list[Budget]:
    buckets = budgets.buckets_of([account])
    waits: Sequence[float | None] = budgets.waits(buckets) or [None] * len(buckets)
    rows = [
        Budget(name=name, rate=rate, wait=wait) for (_account, name, rate), wait in zip(buckets, waits, strict=True)
    ]
    return sorted(rows, key=lambda budget: -(budget.wait or 0))


def is_silent(account: Account) -> bool:
    """Not paused, and not heard from for too long."""
    heard_at = account.last_pull_at or account.created_at
    return not account.is_paused and heard_at < timezone.now() - SILENT_AFTER


def silent_accounts() -> QuerySet[Account]:
    since = timezone.now() - SILENT_AFTER
    silent = Q(last_pull_at__lt=since) | Q(last_pull_at__isnull=True, created_at__lt=since)
    return Account.objects.filter(silent, paused_at__isnull=True)


def authorizations_that_end() -> QuerySet[AccessToken]:
    return AccessToken.objects.filter(authorized_until__lt=timezone.now() + WARNING)


def _catching_up(account: Account) -> str:
    if account.reached_at is None or (behind := timezone.now() - account.reached_at) < BEHIND:
        return ""
    return _("%(time)s behind, and catching up") % {"time": duration(behind)}

"""Do stored secrets open, do the marketplaces take them, and do webhooks find our door?"""

from collections.abc import Iterator
from email.utils import parsedate_to_datetime

import httpx
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.urls import reverse

from config.doctor.findings import TIMEOUT, Finding, Verdict, bad, clock, first_line, good, odd
from marketplaces import registry
from marketplaces.connection import check
from marketplaces.models import AccessToken, Account


def credentials_can_be_read() -> Iterator[Finding]:
    """Stored secrets open with the keys of this process."""
    try:
        read = len(list(Account.objects.all())) + len(list(AccessToken.objects.all()))
    except ImproperlyConfigured as error:
        yield bad("keys", str(error), "FIELD_ENCRYPTION_KEYS takes several keys, newest first, separated by commas.")
    else:
        yield good("keys", f"{read} stored secrets can be decrypted")


def accounts_answer() -> Iterator[Finding]:
    try:
        accounts = list(Account.objects.select_related("channel").order_by("channel__code"))
    except ImproperlyConfigured:
        return  # credentials_can_be_read told
    if not accounts:
        yield odd("accounts", "none is connected", "Connect one in the back office under “Contas”.")
    for account in accounts:
        subject = f"account {account.channel.code}"
        if account.is_paused:
            yield odd(
                subject, f"is paused: {account.get_pause_reason_display()}", "Resume it on its page in the admin."
            )
        elif problem := check(account):
            yield bad(subject, problem, "Correct address and credentials on its page in the admin.")
        else:
            yield good(subject, "address and credentials are right")
        if account.production and not account.effective_base_url.startswith("https://"):
            yield odd(
                subject, "speaks plain HTTP: credentials can be read on the way", "Let its address begin with https://."
            )
        if drift := _marketplace_clock(account):
            yield drift


def _marketplace_clock(account: Account) -> Finding | None:
    """Every web server tells the time in its answers, whatever it answers."""
    url = account.base_url or registry.adapter_class(account.connector).base_url
    try:
        told = httpx.get(url, timeout=TIMEOUT).headers.get("date", "")
        finding = clock(f"account {account.channel.code}", parsedate_to_datetime(told))
    except (httpx.HTTPError, ValueError):
        return None  # its own check tells more
    return finding if finding.verdict is Verdict.BAD else None


def webhooks_arrive() -> Iterator[Finding]:
    """Ask for our own door by the address that marketplaces know."""
    ringing = [name for name in registry.CONNECTORS if registry.adapter_class(name).overrides("verify")]
    channels = list(
        Account.objects.filter(connector__in=ringing).order_by("channel__code").values_list("channel__code", flat=True)
    )
    if not channels:
        return
    if not settings.PUBLIC_URL:
        remedy = (
            "Set PUBLIC_URL to the address by which marketplaces reach this hub. Until then polling finds all orders."
        )
        yield odd("webhooks", "PUBLIC_URL is not set", remedy)
        return
    url = settings.PUBLIC_URL + reverse("webhook", args=[channels[0]])
    try:
        answer = httpx.get(url, timeout=TIMEOUT)
    except httpx.HTTPError as error:
        yield bad("webhooks", f"{url} cannot be reached: {first_line(error)}", "Check name, certificate and proxy.")
        return
    # The door takes POST alone and says so: nobody else on that address would.
    if answer.status_code == httpx.codes.METHOD_NOT_ALLOWED and "POST" in answer.headers.get("allow", ""):
        yield good("webhooks", f"{url} leads here")
    else:
        remedy = "Let the proxy pass /webhooks/ on unchanged, and check ALLOWED_HOSTS."
        yield bad("webhooks", f"{url} answers {answer.status_code}: that is not this hub's door", remedy)

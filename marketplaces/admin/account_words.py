"""How an account is doing, in a word: in the list of accounts and on the first page."""

from datetime import timedelta

from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from marketplaces.admin.account_health import is_silent
from marketplaces.models import Account
from orders.admin.deadline import duration
from orders.templatetags.badges import badge


def state_badge(account: Account) -> SafeString:
    if account.is_paused:
        reason = account.get_pause_reason_display()
        under = format_html('<span class="dsp-under">{}</span>', reason)
        return format_html('<span class="dsp-stack">{}{}</span>', badge(_("Paused"), "warning"), under)
    token = getattr(account, "access_token", None)
    if token is not None and token.ends_soon:
        return badge(_("Authorization ends soon"), "bad")
    if is_silent(account):
        return badge(_("Nothing heard"), "bad")
    return badge(_("In trouble"), "bad") if account.last_error else badge(_("Running"), "good")


def last_contact(account: Account) -> str:
    if account.last_pull_at is None:
        return _("never")
    since = timezone.now() - account.last_pull_at
    return _("%(time)s ago") % {"time": duration(since)} if since >= timedelta(minutes=1) else _("just now")

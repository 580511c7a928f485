"""AccessToken: what an account's calls are signed with, where its marketplace gives tokens that end."""

from datetime import timedelta

from django.db import models
from django.db.models.functions import Now
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from marketplaces.fields import EncryptedJSONField
from marketplaces.models.account import Account

#: People are warned this long before the authorization itself ends: only the seller can renew that one.
WARNING = timedelta(days=14)


class AccessToken(models.Model):
    """The newest pair of an account; `version` counts its renewals, and who writes a pair names the one it replaces."""

    account = models.OneToOneField(
        Account, models.CASCADE, primary_key=True, related_name="access_token", verbose_name=_("account")
    )
    secrets = EncryptedJSONField(default=dict, editable=False)  # {"access": …, "refresh": …}
    expires_at = models.DateTimeField(_("access token ends"))
    authorized_until = models.DateTimeField(_("authorization ends"), null=True)
    #: When a person authorized: what a webhook says about an authorization before that is history.
    authorized_at = models.DateTimeField(_("authorized"), db_default=Now())
    version = models.PositiveIntegerField(default=1)
    renewed_at = models.DateTimeField(_("renewed"), db_default=Now())

    class Meta:
        verbose_name = _("access token")
        verbose_name_plural = _("access tokens")

    def __str__(self) -> str:
        return str(self.account)

    @property
    def ends_soon(self) -> bool:
        """Does the seller have to authorize again within the next weeks?"""
        return self.authorized_until is not None and self.authorized_until < timezone.now() + WARNING

"""ApiKey: what a warehouse system shows at our door. Only its hash is stored."""

import hashlib
import ipaddress
import secrets
from datetime import datetime

from django.contrib.postgres.fields import ArrayField
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from orders.models.channel import Channel

PREFIX = "dsp_"


class Scope(models.TextChoices):
    ORDERS_READ = "orders:read", _("Read orders")
    ORDERS_WRITE = "orders:write", _("Invoice, ship, deliver and cancel")
    STOCK_WRITE = "stock:write", _("Tell the stock")
    DOCUMENTS_READ = "documents:read", _("Read labels and NF-e files")


def all_scopes() -> list[str]:
    return list(Scope.values)


def check_network(text: str) -> None:
    """Raises ValidationError for what is neither an address nor a network."""
    try:
        ipaddress.ip_network(text)
    except ValueError:
        message = _("“%(text)s” is neither an IP address nor a network such as 203.0.113.0/24.")
        raise ValidationError(message, code="network", params={"text": text}) from None


class ApiKey(models.Model):
    name = models.CharField(_("name"), max_length=80, unique=True, help_text=_("Which system uses it."))
    #: SHA-256 is enough: the secret has 256 random bits, so there is nothing to guess or to slow down.
    hash = models.CharField(max_length=64, unique=True, editable=False)
    hint = models.CharField(_("begins with"), max_length=12, editable=False)
    scopes = ArrayField(
        models.CharField(max_length=20, choices=Scope), verbose_name=_("allowed to"), default=all_scopes
    )
    channels = models.ManyToManyField(
        Channel,
        verbose_name=_("only for the channels"),
        blank=True,
        help_text=_("Choose none, and the key sees all of them, also later ones."),
    )
    networks = ArrayField(
        models.CharField(max_length=43, validators=[check_network]),
        verbose_name=_("only from the addresses"),
        default=list,
        blank=True,
        help_text=_("IP addresses or networks, separated by commas; empty: from anywhere."),
    )
    created_at = models.DateTimeField(_("created"), db_default=Now(), editable=False)
    expires_at = models.DateTimeField(_("expires"), null=True, blank=True)
    revoked_at = models.DateTimeField(_("revoked"), null=True, blank=True)
    last_used_at = models.DateTimeField(_("last used"), null=True, editable=False)

    class Meta:
        verbose_name = _("API key")
        verbose_name_plural = _("API keys")

    def __str__(self) -> str:
        return self.name

    @staticmethod
    def digest(secret: str) -> str:
        return hashlib.sha256(secret.encode()).hexdigest()

    @staticmethod
    def new_secret() -> str:
        return PREFIX + secrets.token_urlsafe(32)

    def set_secret(self, secret: str) -> None:
        self.hash, self.hint = self.digest(secret), secret[:12]

    def is_live(self, now: datetime) -> bool:
        return self.revoked_at is None and (self.expires_at is None or now < self.expires_at)

    def may_come_from(self, address: str) -> bool:
        """Is it one of the addresses that the key is bound to, or is it bound to none?"""
        if not self.networks:
            return True
        try:
            ip = ipaddress.ip_address(address)
        except ValueError:  # a Unix socket has no address
            return False
        return any(ip in ipaddress.ip_network(network) for network in self.networks)

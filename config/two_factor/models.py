"""A user's authenticator app. django-otp's own devices keep their keys and backup codes readable; ours does not."""

import base64
import hashlib
import os
import secrets
import time
from urllib.parse import quote, urlencode

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django_otp.models import Device, ThrottlingMixin
from django_otp.oath import TOTP

from marketplaces.fields import EncryptedJSONField

ISSUER = "Despacho"
SECONDS = 30
BACKUP_CODES = 10
#: Codes of the step before and after are taken: phones are seldom exact.
TOLERANCE = 1


def new_secret() -> dict[str, str]:
    """160 bits, as RFC 4226 recommends."""
    return {"key": os.urandom(20).hex()}


class Authenticator(ThrottlingMixin, Device):
    """`confirmed` once its first code was right. Failures make the next attempt wait 1, 2, 4, 8 … seconds."""

    secret = EncryptedJSONField(default=new_secret, editable=False)
    last_step = models.BigIntegerField(default=-1, editable=False)  #: no code is taken twice
    backup_digests = ArrayField(models.CharField(max_length=64), default=list, editable=False)
    confirmed_at = models.DateTimeField(null=True, editable=False)

    class Meta:
        verbose_name = _("second factor")
        verbose_name_plural = _("second factors")
        constraints = [models.UniqueConstraint(fields=["user"], name="two_factor_one_each")]

    @property
    def typed_key(self) -> str:
        """For those who cannot scan: base32 in groups of four."""
        text = self._base32()
        return " ".join(text[at : at + 4] for at in range(0, len(text), 4))

    @property
    def uri(self) -> str:
        """What the QR code says, by the convention of authenticator apps."""
        label = quote(f"{ISSUER}:{self.user.get_username()}")
        return f"otpauth://totp/{label}?{urlencode({'secret': self._base32(), 'issuer': ISSUER})}"

    def verify_token(self, token: str) -> bool:
        """Is it the app's code of now, or a backup code that was not used? Call it with the row locked."""
        allowed, _why = self.verify_is_allowed()  # type: ignore[no-untyped-call]  # django-otp's
        if not allowed:
            return False
        if not (self._is_current(token) or self._use_backup(token)):
            self.throttle_increment()  # type: ignore[no-untyped-call]  # django-otp's
            return False
        if self.confirmed_at is None:
            self.confirmed, self.confirmed_at = True, timezone.now()
        self.throttle_reset(commit=False)  # type: ignore[no-untyped-call]  # django-otp's
        self.save()
        return True

    def get_throttle_factor(self) -> int:
        return 1

    def make_backup_codes(self) -> list[str]:
        """Fresh ones instead of all before; they are kept as digests, so that this is the only time to read them."""
        codes = [f"{secrets.token_hex(4)}-{secrets.token_hex(4)}" for _number in range(BACKUP_CODES)]
        self.backup_digests = [_digest(code) for code in codes]
        self.save(update_fields=["backup_digests"])
        return codes

    def _base32(self) -> str:
        return base64.b32encode(bytes.fromhex(self.secret["key"])).decode()

    def _is_current(self, token: str) -> bool:
        totp = TOTP(bytes.fromhex(self.secret["key"]), step=SECONDS)
        totp.time = time.time()
        matches = token.isdecimal() and totp.verify(int(token), TOLERANCE, self.last_step + 1)
        if matches:
            self.last_step = totp.t()
        return bool(matches)

    def _use_backup(self, token: str) -> bool:
        digest = _digest(token.lower())
        if not self.confirmed or digest not in self.backup_digests:
            return False
        self.backup_digests.remove(digest)
        return True


def _digest(code: str) -> str:
    """64 random bits need no slow hash."""
    return hashlib.sha256(code.encode()).hexdigest()

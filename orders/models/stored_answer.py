"""StoredAnswer: what a request with this Idempotency-Key was answered, so that its repetition gets the same."""

from django.db import models
from django.db.models.functions import Now

from orders.models.api_key import ApiKey


class StoredAnswer(models.Model):
    """Written in the transaction of the effect: either both exist or neither. Forgotten after some days."""

    id = models.BigAutoField(primary_key=True)
    api_key = models.ForeignKey(ApiKey, models.CASCADE, db_index=False)
    key = models.CharField(max_length=255, db_collation="C")
    #: SHA-256 of method, address and body: the same key with another request is a mistake of the caller.
    fingerprint = models.CharField(max_length=64)
    status = models.PositiveSmallIntegerField()
    headers = models.JSONField()
    #: As it was sent, byte for byte. It holds no personal data.
    body = models.TextField()
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [models.UniqueConstraint("api_key", "key", name="answer_once_per_key")]
        indexes = [models.Index("created_at", name="answer_created")]

    def __str__(self) -> str:
        return self.key

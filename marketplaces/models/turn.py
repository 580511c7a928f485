"""Turn: who does a job of which one worker is enough; see marketplaces/lease.py."""

from django.db import models


class Turn(models.Model):
    """A row and no advisory lock: those belong to a session, which PgBouncer gives to somebody else meanwhile."""

    name = models.CharField(primary_key=True, max_length=60)
    token = models.BigIntegerField()
    until = models.DateTimeField()

    def __str__(self) -> str:
        return self.name

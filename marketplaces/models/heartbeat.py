"""Heartbeat: is what must keep happening still happening?"""

from django.db import models
from django.db.models.functions import Now


class Heartbeat(models.Model):
    """When something that must keep happening last happened."""

    name = models.CharField(primary_key=True, max_length=40)
    at = models.DateTimeField()

    def __str__(self) -> str:
        return self.name

    @classmethod
    def beat(cls, name: str) -> None:
        """Note that it happened now."""
        Heartbeat.objects.bulk_create(
            [Heartbeat(name=name, at=Now())], update_conflicts=True, unique_fields=["name"], update_fields=["at"]
        )

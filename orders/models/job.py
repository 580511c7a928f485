"""Job: work on many rows that somebody asked for, with one result per row. It survives whoever works on it."""

from django.conf import settings
from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from orders.models.order import Order


class Job(models.Model):
    class State(models.TextChoices):
        DRAFT = "DRAFT", _("Not confirmed yet")
        QUEUED = "QUEUED", _("At work")
        DONE = "DONE", _("Finished")

    id = models.BigAutoField(primary_key=True)
    kind = models.SlugField(_("what"), max_length=40, db_index=False)
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.DRAFT)
    #: What was filled in when it was confirmed, as the kind's form keeps it.
    data = models.JSONField(default=dict, editable=False)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+", verbose_name=_("person")
    )
    by_name = models.CharField(_("who"), max_length=150)
    created_at = models.DateTimeField(_("asked for"), db_default=Now())
    confirmed_at = models.DateTimeField(_("confirmed"), null=True)
    finished_at = models.DateTimeField(_("finished"), null=True)
    #: Whoever works on it renews the lease; one that ended belongs to a worker that died.
    lease_until = models.DateTimeField(null=True, editable=False)
    lease_token = models.BigIntegerField(null=True, editable=False)

    class Meta:
        verbose_name = _("task")
        verbose_name_plural = _("tasks")
        indexes = [models.Index("id", name="job_queued", condition=models.Q(state="QUEUED"))]

    def __str__(self) -> str:
        return gettext("Task %(id)s") % {"id": self.pk}


class JobRow(models.Model):
    """One order or one file of a job; what came of it is written in the transaction that did it."""

    class Outcome(models.TextChoices):
        WAITING = "WAITING", _("Waiting")
        DONE = "DONE", _("Done")
        UNCHANGED = "UNCHANGED", _("Left as it was")
        FAILED = "FAILED", _("Refused")

    id = models.BigAutoField(primary_key=True)
    job = models.ForeignKey(Job, models.CASCADE, related_name="rows", db_index=False)
    position = models.PositiveIntegerField()
    order = models.ForeignKey(Order, models.CASCADE, null=True, related_name="+", verbose_name=_("order"))
    label = models.CharField(_("row"), max_length=200)
    #: What this row alone needs: a tracking code, for example.
    data = models.JSONField(default=dict, editable=False)
    #: A file that was handed in; forgotten once it is worked on.
    content = models.BinaryField(null=True, editable=False)
    outcome = models.CharField(_("outcome"), max_length=10, choices=Outcome, default=Outcome.WAITING)
    words = models.TextField(_("result"), blank=True)

    class Meta:
        verbose_name = _("row")
        verbose_name_plural = _("rows")
        constraints = [models.UniqueConstraint("job", "position", name="job_row_position")]

    def __str__(self) -> str:
        return self.label


class JobFile(models.Model):
    """What a job made for downloading. In the database, because web and worker need not share a disk."""

    job = models.OneToOneField(Job, models.CASCADE, primary_key=True, related_name="file")
    name = models.CharField(max_length=120)
    content_type = models.CharField(max_length=80)
    content = models.BinaryField()

    def __str__(self) -> str:
        return self.name

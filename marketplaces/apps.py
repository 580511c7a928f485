"""The connections: how orders come in and updates go out."""

from datetime import datetime

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class Marketplaces(AppConfig):
    name = "marketplaces"
    verbose_name = _("Marketplaces")

    def ready(self) -> None:
        from marketplaces import checks, jobs, offering  # noqa: F401 - register themselves
        from orders.doorbell import job_confirmed, updates_recorded

        updates_recorded.connect(_ring, dispatch_uid="marketplaces.doorbell")
        job_confirmed.connect(_ring_for_job, dispatch_uid="marketplaces.doorbell.jobs")


def _ring(*, channel_id: int, due_at: datetime | None = None, **_: object) -> None:
    from marketplaces.tasks import push_bell

    if due_at is None:
        push_bell.ring(channel_id)
    else:
        push_bell.ring_at(channel_id, due_at)


def _ring_for_job(*, job_id: int, **_: object) -> None:
    from marketplaces.tasks import job_bell

    job_bell.ring(job_id)

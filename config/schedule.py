"""What beat rings for, and how often. Beat only rings: what is due stands in the database."""

from typing import Any

from marketplaces import registry
from marketplaces.doorbell import EXPIRES

#: By the names that operators read: the task, and the seconds from one ring to the next.
RINGS: dict[str, tuple[str, float]] = {
    "Channel updates that are due": ("marketplaces.tasks.push_due_updates", 2),
    "Changes that webhooks are told": ("warehouse.tasks.deliver_due_webhooks", 2),
    "Orders that webhooks named": ("marketplaces.tasks.pull_hinted_orders", 5),
    "Stock that accounts must know": ("marketplaces.tasks.tell_due_stock", 5),
    "Work on many orders that somebody asked for": ("marketplaces.tasks.work_due_jobs", 5),
    "Canary: beat to broker to worker to database": ("marketplaces.tasks.canary", 30),
    "What accounts sell, under the marketplaces' numbers": ("marketplaces.tasks.read_due_catalogs", 30),
    "Held updates that are due within minutes": ("marketplaces.tasks.announce_updates", 60),
    "Access tokens that end soon": ("marketplaces.tasks.renew_tokens", 60),
    "Open orders compared with the marketplaces": ("marketplaces.tasks.reconcile_due_accounts", 60),
    "Errors that marketplaces report afterwards": ("marketplaces.tasks.look_for_late_errors", 300),
    "Stock of all SKUs, compared with what accounts were told": ("marketplaces.tasks.tell_due_stock", 600),
    "What was kept for long enough is forgotten": ("marketplaces.tasks.forget_old", 3600),
    "Old deliveries and answers are forgotten": ("warehouse.tasks.forget_old", 3600),
    "Sessions that have ended are forgotten": ("config.tasks.forget_old", 3600),
}
ARGUMENTS: dict[str, dict[str, Any]] = {
    "Stock of all SKUs, compared with what accounts were told": {"everything": True},
}


def entries() -> dict[str, dict[str, Any]]:
    """For Celery's beat_schedule, one for each connector's pulls among them."""
    rings = {name: _entry(task, seconds, ARGUMENTS.get(name, {})) for name, (task, seconds) in RINGS.items()}
    pulls = {registry.adapter_class(name).pull_name: _pulling(name) for name in registry.CONNECTORS}
    return pulls | rings


def _pulling(connector: str) -> dict[str, Any]:
    return _entry("marketplaces.tasks.pull_due_accounts", registry.pull_seconds(connector), {"connector": connector})


def _entry(task: str, seconds: float, arguments: dict[str, Any]) -> dict[str, Any]:
    """It expires, so that a worker that was away is not flooded when it is back."""
    options = {"expires": max(EXPIRES, seconds / 2)}
    return {"task": task, "schedule": float(seconds), "kwargs": arguments, "options": options}

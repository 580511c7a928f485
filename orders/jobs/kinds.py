"""What a job does with each of its rows. Other apps register kinds of their own."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from orders import verbs
from orders.models import Actor, Job, JobFile, JobRow, Order

Outcome = JobRow.Outcome


@dataclass(frozen=True, slots=True, kw_only=True)
class NewRow:
    """A row as it is asked for."""

    label: str
    order_id: int | None = None
    data: Mapping[str, Any] = field(default_factory=dict)
    content: bytes | None = None


@dataclass(frozen=True, slots=True)
class Result:
    """What became of a row, in words; `order` where the row found out only now which one it is about."""

    words: str
    outcome: Outcome = Outcome.DONE
    order: Order | None = None
    content: bytes | None = None  #: for the job's file; forgotten once that is made


@dataclass(frozen=True, slots=True)
class Task:
    """One row to work on."""

    job: Job
    row: JobRow
    by: Actor

    @property
    def order(self) -> Order:
        if self.row.order is None:
            raise TypeError("a row of this kind has an order")
        return self.row.order


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    name: str
    #: Does it, inside the transaction that notes the result. Raises OrderError; AlreadyDone leaves the row as it was.
    work: Callable[[Task], Result | None]
    #: Makes the file to download, once all rows are worked on; called again if a worker dies meanwhile.
    finish: Callable[[Job], JobFile | None] = lambda job: None
    #: Rows of this kind are short work: a few of them are done while the person waits.
    quick: bool = True


KINDS: dict[str, Kind] = {}


def register(kind: Kind) -> None:
    KINDS[kind.name] = kind


def _deliver(task: Task) -> None:
    verbs.deliver(task.order, by=task.by, delivered_at=datetime.fromisoformat(task.job.data["delivered_at"]))


def _cancel(task: Task) -> None:
    verbs.cancel(task.order, by=task.by, reason=task.job.data["reason"])


def _ship(task: Task) -> None:
    facts = {name: task.job.data.get(name, "") for name in ("carrier", "method")}
    verbs.ship(task.order, by=task.by, tracking_code=task.row.data.get("tracking_code", ""), **facts)


def _arrange(task: Task) -> None:
    verbs.arrange_shipping(task.order, by=task.by)


for _name, _work in {"deliver": _deliver, "cancel": _cancel, "ship": _ship, "arrange_shipping": _arrange}.items():
    register(Kind(name=_name, work=_work))

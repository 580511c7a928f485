"""What may be done with many orders at once. First a page that says what will happen, then one line per order."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from django import forms
from django.contrib import messages
from django.contrib.admin import ModelAdmin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext

from orders import jobs
from orders.admin import rights
from orders.jobs import NewRow
from orders.models import JobRow, Order

#: Orders of one job. A sheet of labels, a day's cancellations and a whole afternoon's invoices are fewer.
MOST = 5000


class BulkForm(forms.Form):
    """What a person confirms: what is asked once for all orders, and what each order needs."""

    kind: ClassVar[str]  #: of the job, as in orders.jobs.KINDS
    label: ClassVar[Promise]  #: in the list of actions and on the button
    notice: ClassVar[Promise]  #: what will happen
    danger: ClassVar[bool] = False
    rows: list[JobRow]

    def __init__(self, rows: Iterable[JobRow], data: Any = None) -> None:
        super().__init__(data)
        self.rows = list(rows)
        self.prepare()

    def prepare(self) -> None:
        """Fill in what the rows tell."""

    def facts(self) -> dict[str, Any]:
        """What was filled in, as JSON can keep it."""
        return {}

    def row_facts(self) -> Mapping[int, Mapping[str, Any]]:
        """What single rows need, by position."""
        return {}

    @classmethod
    def obstacle(cls, order: Order) -> str:
        """Why this order will be left as it is; "" when it can be done."""
        return ""


Run = Callable[["ModelAdmin[Order]", HttpRequest, "QuerySet[Order]"], HttpResponse | None]


@dataclass(frozen=True, slots=True)
class Action:
    name: str
    label: Promise
    allowed: Callable[[rights.Holder], bool]
    run: Run


ACTIONS: dict[str, Action] = {}
FORMS: dict[str, type[BulkForm]] = {}


def add_action(name: str, label: Promise, run: Run, *, allowed: Callable[[rights.Holder], bool]) -> None:
    """Offer something in the order list; `run` is given the chosen orders and answers the request."""
    ACTIONS[name] = Action(name, label, allowed, run)


def add_form(form: type[BulkForm], *, allowed: Callable[[rights.Holder], bool]) -> None:
    """Offer a job in the order list: the form is shown on its page before anything happens."""
    FORMS[form.kind] = form
    add_action(form.kind, form.label, _drafting(form.kind), allowed=allowed)


def _drafting(kind: str) -> Run:
    def run(_admin: "ModelAdmin[Order]", request: HttpRequest, orders: QuerySet[Order]) -> HttpResponse | None:
        chosen = choice(request, orders, most=MOST)
        if chosen is None:
            return None
        rows = [NewRow(label=order.code, order_id=order.pk) for order in chosen]
        job = jobs.draft(kind, rows, user=request.user)
        return HttpResponseRedirect(reverse("admin:orders_job_change", args=[job.pk]))

    return run


def choice(request: HttpRequest, orders: QuerySet[Order], *, most: int) -> list[Order] | None:
    """The chosen orders, newest first; None, with a word to the person, when they are too many."""
    chosen = list(orders.order_by("-placed_at", "-id")[: most + 1])
    if len(chosen) <= most:
        return chosen
    messages.error(request, gettext("Choose at most %(most)s orders at a time.") % {"most": most})
    return None

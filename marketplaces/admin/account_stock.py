"""What the account knows of our stock, in figures."""

from dataclasses import dataclass

from django.db.models import Count

from marketplaces.models import Account, StockUpdate

State = StockUpdate.State


@dataclass(frozen=True, slots=True, kw_only=True)
class StockFigures:
    pending: int
    told: int
    not_sold: int
    refused: int
    problems: list[StockUpdate]  #: the newest that were refused or fail


def stock_figures(account: Account) -> StockFigures | None:
    """None while there is nothing to tell."""
    rows = StockUpdate.objects.filter(account=account)
    counted = dict(rows.order_by().values_list("state").annotate(n=Count("id")))
    if not counted:
        return None
    problems = list(rows.exclude(last_error="").order_by("-due_at", "-id")[:3])
    return StockFigures(
        pending=counted.get(State.PENDING, 0),
        told=counted.get(State.TOLD, 0),
        not_sold=counted.get(State.NOT_SOLD, 0),
        refused=counted.get(State.REFUSED, 0),
        problems=problems,
    )

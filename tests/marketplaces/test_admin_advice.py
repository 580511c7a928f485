"""What a marketplace says beside a form, before a person confirms."""

from collections.abc import Iterator, Mapping, Sequence

import pytest

from marketplaces import registry
from marketplaces.advice import CancelsPackages, TakesReasons
from marketplaces.errors import Unavailable
from orders.models import Order
from orders.status import Status
from tests import fakes
from tests.backoffice import Office, text_of
from tests.factories import make_account, make_order

pytestmark = pytest.mark.django_db(transaction=True)
URL = "https://picky.invalid"


class Picky(fakes.FakeMarketplace, TakesReasons, CancelsPackages):
    """Takes two reasons, and has both units in one package."""

    async def reasons(self, *, kind: str, code: str) -> Sequence[str]:
        await self.shop.call("reasons")
        return [f"{kind} de {code}", "Sem estoque"]

    async def canceled_together(self, code: str) -> Sequence[Mapping[str, int]]:
        return [{"CAMISA": 2, "MEIA": 1}]


@pytest.fixture
def order(monkeypatch: pytest.MonkeyPatch) -> Iterator[Order]:
    monkeypatch.setitem(registry.CONNECTORS, "picky", f"{__name__}.Picky")
    fakes.SHOPS[URL] = fakes.Shop()
    account = make_account(connector="picky", base_url=URL)
    yield make_order(channel=account.channel, status=Status.APPROVED, code="P-1")
    del fakes.SHOPS[URL]


def test_only_the_marketplaces_reasons_can_be_chosen_and_what_goes_along_is_told(order: Order) -> None:
    page = Office(everything=True).get("orders_order_verb", order.pk, "cancel")

    widget = page.context["form"].fields["reason"].widget
    assert [value for value, _label in widget.choices] == ["CANCELED de P-1", "Sem estoque"]
    assert "cancelar um deles cancela o pacote inteiro no canal: 2 × CAMISA, 1 × MEIA" in text_of(page)


def test_a_marketplace_that_does_not_answer_leaves_the_form_as_it_is(order: Order) -> None:
    fakes.SHOPS[URL].always["reasons"] = Unavailable("Manutenção até as 5 h.")

    page = Office(everything=True).get("orders_order_verb", order.pk, "cancel")

    assert not hasattr(page.context["form"].fields["reason"].widget, "choices")
    assert "Manutenção até as 5 h." in text_of(page)


def test_nobody_is_asked_about_what_needs_no_reason(order: Order) -> None:
    Office(everything=True).get("orders_order_verb", order.pk, "invoice")

    assert fakes.SHOPS[URL].calls == []

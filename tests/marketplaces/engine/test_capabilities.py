"""What a connector can do is read off its class."""

from marketplaces import features, registry
from orders.models import ChannelUpdate
from tests.fakes import FakeMarketplace, FakePoller


def can(adapter: type[FakeMarketplace]) -> set[str]:
    return {name for name, has in features.features().items() if has(adapter)}


def test_a_class_can_what_it_overrides_and_nothing_else() -> None:
    optional = can(FakePoller) - can(FakeMarketplace)

    assert optional == {
        "Webhooks name the orders that changed",
        "Comparing finds orders that never came",
        "A person authorizes the account at the marketplace",
        "Access tokens are renewed by themselves",
    }


def test_an_inherited_method_counts_too() -> None:
    class Sub(FakePoller):
        pass

    assert can(Sub) == can(FakePoller)


def test_what_it_has_no_call_for_is_not_claimed() -> None:
    lacking = str(ChannelUpdate.Kind.DELIVERY_FAILED.label)

    assert lacking in features.features()
    assert lacking not in can(FakeMarketplace)


def test_every_connector_has_its_column() -> None:
    header = next(line for line in features.document().splitlines() if line.startswith("|"))

    assert [name.strip() for name in header.strip("|").split("|")[1:]] == [
        registry.adapter_class(name).label for name in registry.CONNECTORS
    ]

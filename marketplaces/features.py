"""What each connector can do, as a document (docs/feature-matrix.md): read off its class, typed nowhere else."""

from collections.abc import Callable, Mapping

from django.utils.translation import override

from marketplaces import advice, capabilities, registry
from marketplaces.adapter import Adapter
from marketplaces.arranging import ArrangesShipping
from marketplaces.capabilities import TellsStock
from marketplaces.catalog import TellsListedStock
from orders.models import ChannelUpdate

HEAD = """# What each marketplace's connector can do

Written by `python manage.py write_docs` from the connectors' classes; a test compares them. A capability that a
marketplace lacks is not offered for its accounts; an update that it has no call for is skipped, visibly.

"""

Can = Callable[[type[Adapter]], bool]


def document() -> str:
    """The text of docs/feature-matrix.md."""
    adapters = [registry.adapter_class(name) for name in registry.CONNECTORS]
    with override("en"):
        rows = [["", *(adapter.label for adapter in adapters)]]
        rows += [[name, *("yes" if can(adapter) else "–" for adapter in adapters)] for name, can in features().items()]
    lines = [f"| {' | '.join(row)} |" for row in rows]
    return HEAD + "\n".join([lines[0], "|---" * (len(adapters) + 1) + "|", *lines[1:]]) + "\n"


def features() -> Mapping[str, Can]:
    """In words, and how a class is asked for it."""
    return {
        "Orders come through a queue that is acknowledged": _overrides("acknowledge"),
        "Webhooks name the orders that changed": _overrides("verify"),
        "Webhooks are subscribed to from the account's page": _is(capabilities.KeepsPushes),
        "Webhooks that were lost are recovered": _is(capabilities.RecoversPushes),
        "Comparing finds orders that never came": _overrides("listed"),
        "A person authorizes the account at the marketplace": _overrides("authorization_url"),
        "Access tokens are renewed by themselves": _overrides("refresh"),
        **{str(kind.label): _tells(kind) for kind in ChannelUpdate.Kind if kind != ChannelUpdate.Kind.LABEL},
        "A pickup or another hand-over can be chosen": _is(ArrangesShipping),
        "Only its own reasons are taken, and offered": _is(advice.TakesReasons),
        "What a cancellation takes along is told before": _is(advice.CancelsPackages),
        "Available stock is told": _is(TellsStock, TellsListedStock),
        "Labels come by themselves, with tracking codes": _is(capabilities.FetchesLabels),
        "Labels are grouped and printed": _is(capabilities.PrintsLabels),
        "Errors that come later are shown at their order": _is(capabilities.ReportsLateErrors),
        "The account's own statuses are kept": _is(capabilities.KeepsStatuses),
        "Test orders can be made": _is(capabilities.MakesTrialOrders),
    }


def _overrides(method: str) -> Can:
    return lambda adapter: adapter.overrides(method)


def _tells(kind: ChannelUpdate.Kind) -> Can:
    return lambda adapter: kind.value in adapter.tells


def _is(*capabilities: type) -> Can:
    return lambda adapter: issubclass(adapter, capabilities)

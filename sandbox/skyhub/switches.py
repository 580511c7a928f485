"""How a SkyHub store behaves where the protocol leaves room. README.md says which fact each stands for."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from sandbox.switches import Switches, choice

LIMITS = {
    "queues": 9,
    "orders": 9,
    "order_reads": 1,
    "shipments": 9,
    "products": 9,
    "fulfillment": 1,
    "other": 1,
}


@dataclass(frozen=True)
class SkyHubSwitches(Switches):
    """One per store; replaced whole when the control API changes something."""

    # the queue
    lease_seconds: float = 300
    empty_queue: str = choice("204", "200-empty", "200-null", "200-object")
    ack_mode: str = choice("one", "all")
    ack_status: int = choice(204, 200)
    ack_unknown_404: bool = True
    one_entry_per_update: bool = True
    echo_writes: bool = False

    # who may call, how often
    strict_headers: bool = True
    utf8_only: bool = True
    inactive: bool = False
    limits_on: bool = True
    limits: Mapping[str, float] = field(default_factory=lambda: dict(LIMITS))
    list_limit: float = 10_000

    # answers
    write_status: int = choice(201, 204)
    error_shape: str = choice("documented", "error", "errors", "message", "empty", "rotate")
    transition_wording: str = choice("type", "code")

    # what a write may do
    unknown_status_422: bool = True
    omitted_status: str = choice("keep", "move")
    ship_without_invoice: bool = False
    lenient_shipment_items: bool = False
    partial_shipment: bool = True
    second_shipment: bool = False
    known_skus_only: bool = False
    two_step_cancel: bool = True
    cancel_deadline_seconds: float = 300
    b2w_moves: bool = True
    b2w_delay_seconds: float = 180

    # what an order looks like
    channels: tuple[str, ...] = ("Lojas Americanas", "Submarino", "Shoptime")
    second_hyphen: bool = False
    withhold_address: str = choice("placeholder", "absent", "no")
    prefilled_shipments: bool = False
    integers: bool = False
    status_set: str = choice("default", "numeric", "extended")
    type_alias: Mapping[str, str] = field(default_factory=dict)
    quirk_rate: float = 0.1

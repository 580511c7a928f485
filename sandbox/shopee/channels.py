"""Logistics channels in Brazil (protocol §4.2, §4.4). Ids 90001 and 90099 are made up: nobody published theirs."""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Channel:
    """`method` is the one key ship_order takes; `invoice` whether a shipment must wait for an NF-e."""

    id: int
    carrier: str
    method: str
    invoice: bool = True
    prefix: str = "BR"
    seller_moves: bool = False  # the seller reports pickup and delivery; order_status lags behind (§3)


CHANNELS: dict[str, Channel] = {
    "padrao": Channel(id=90003, carrier="Shopee Xpress", method="pickup"),
    "correios": Channel(id=90001, carrier="Correios", method="dropoff", invoice=False, prefix="AA"),
    "direta": Channel(id=90022, carrier="Entrega Direta", method="pickup"),
    "seller": Channel(id=90021, carrier="Logística do vendedor", method="non_integrated", seller_moves=True),
    "expressa": Channel(id=90026, carrier="Entrega Turbo - M1020", method="pickup", seller_moves=True),
    "other": Channel(id=90099, carrier="Transportadora do vendedor", method="non_integrated"),
    "fbs": Channel(id=91007, carrier="Fulfilled by Shopee", method="", invoice=False),
}
BY_ID = {channel.id: channel for channel in CHANNELS.values()}

"""How a Shopee shop behaves where the protocol leaves room. README.md says which fact each stands for."""

from dataclasses import dataclass

from sandbox.switches import Switches, choice


@dataclass(frozen=True)
class ShopeeSwitches(Switches):
    """One per shop; replaced whole when the control API changes something. Calls without a shop go by `demo`'s."""

    # answers
    http_errors: str = choice("always-200", "status")
    bad_token: str = choice("invalid_acceess_token", "error_auth")
    success_error: str = choice("", "-", " ")

    # who may call, how often
    refresh_reuse: str = choice("once", "four-hours")
    expire_in: str = choice("seconds", "epoch")
    authorization_days: float = 365
    ip_undeclared: bool = False
    limits_on: bool = True
    per_second: float = 10
    daily_limit: float = 0

    # reading orders
    invoice_pending_row: str = choice("INVOICE_PENDING", "PENDING_INVOICE", "READY_TO_SHIP")
    ready_filter_has_invoice_pending: bool = False
    list_order: str = choice("newest", "oldest_update")
    short_pages: bool = False
    weight_key: str = choice("parcel_chargeable_weight_gram", "parcel_chargeable_weight")
    masking: str = choice("phone", "all", "none")
    no_invoice: str = choice("object", "null")

    # payment and cancellation
    hold_seconds: float = 0
    window_seconds: float = 3600
    window_anchor: str = choice("pay_time", "create_time")
    early_shipment: str = choice("accept", "refuse")
    reject_returns_to: str = choice("previous", "READY_TO_SHIP")
    partial_cancel: bool = False

    # shipping
    allocation_seconds: float = 0
    processed_when: str = choice("tracking", "arranged")
    seller_moves_stay_ready: bool = True
    tracking_seconds: float = 30
    validation_seconds: float = 0
    document_seconds: float = 10
    empty_downloads: float = 1
    carrier_moves: bool = True
    carrier_seconds: float = 180
    slots: bool = True
    mass_answer: str = choice("response", "top")

    # the invoice
    invoice_age_seconds: float = 300
    invoice_verdict: str = choice("valid", "rejected_later")
    invoice_verdict_seconds: float = 60
    invoice_lag_seconds: float = 0
    invoice_bytes: float = 1_048_576
    xml_declaration: bool = False
    add_invoice_data: bool = True
    issuer_is_shopee: bool = False

    # pushes
    push_key: str = choice("push", "partner")
    push_ack: str = choice("empty", "any")
    push_content_type: str = choice("application/json", "text/plain", "none")
    push_copies: float = 1
    push_reversed: bool = False

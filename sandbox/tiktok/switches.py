"""How a TikTok shop behaves where the protocol leaves room. README.md says which fact each stands for."""

from dataclasses import dataclass

from sandbox.switches import Switches, choice


@dataclass(frozen=True)
class TikTokSwitches(Switches):
    """One per shop; replaced whole when the control API changes something. Calls without a shop go by `demo`'s."""

    # answers
    business_status: str = choice("200", "400")
    expired_token: str = choice("105002", "36009004")
    newer_details: bool = True

    # who may call, how often
    access_days: float = 7
    authorization_days: float = 365
    limits_on: bool = True
    per_second: float = 50
    hourly_limit: float = 0
    returns_scope: bool = True

    # reading orders
    page_tokens: str = choice("offset", "keyset")
    outside_window: bool = False
    empty_search_body: str = choice("accept", "refuse")
    masking: str = choice("platform", "all", "none")

    # payment and cancellation
    hold_seconds: float = 3600
    answer_hours: float = 48
    cancel_seconds: float = 2
    cancel_in_collection: bool = False
    eligibility: bool = True

    # the invoice
    invoice_seconds: float = 10
    invoice_verdict: str = choice(
        "SUCCESS", "NOT_FOUND", "FAILED", "NOT_AUTHORIZED", "ACCESS_KEY_DUPLICATE", "CNPJ_NOT_MATCH"
    )
    ship_without_invoice: str = choice("refuse", "accept")

    # shipping
    label_seconds: float = 10
    label_url_seconds: float = 86_400
    carrier_moves: bool = True
    carrier_seconds: float = 180
    can_pickup: bool = True
    can_drop_off: bool = True

    # webhooks
    webhook_copies: float = 1
    webhook_reversed: bool = False

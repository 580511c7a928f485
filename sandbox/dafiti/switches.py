"""How a Dafiti seller's API behaves where the protocol leaves room. README.md says which fact each stands for."""

from dataclasses import dataclass

from sandbox.switches import Switches, choice


@dataclass(frozen=True)
class DafitiSwitches(Switches):
    """One per seller; replaced whole when the control API changes something."""

    # who may call, how often
    token_seconds: float = 3600
    signature: str = choice("verified", "ignored", "v2", "classic")
    forbidden: bool = False
    limits_on: bool = True
    per_second: float = 30
    retry_after: bool = True
    maintenance: bool = False

    # reading orders
    largest_page: float = 100
    masking: str = choice("contact", "unpaid", "all", "none")

    # errors
    error_shape: str = choice("problem", "errors", "message", "classic-200")
    error_status: int = choice(422, 400)

    # payment, cancellation
    payment_seconds: float = 0
    cancel_rule: str = choice("brazil", "spec")
    cancel_whole_package: bool = True

    # shipping
    tracking_seconds: float = 2
    settle_seconds: float = 0
    access_key_required: bool = True
    access_key_feature: bool = True
    carrier_moves: bool = True
    carrier_seconds: float = 180

    # documents
    export_seconds: float = 2
    export_expires_seconds: float = 86_400
    export_fails: bool = False

    # webhooks
    webhook_ids: str = choice("number", "text")
    webhook_copies: float = 1

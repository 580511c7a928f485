"""Status types, the codes an account has for them, and which move leads where."""

from typing import Any, NamedTuple

NEW = "NEW"
OVERDUE = "OVERDUE"
APPROVED = "APPROVED"
INVOICED = "INVOICED"
SHIPPED = "SHIPPED"
SHIPMENT_EXCEPTION = "SHIPMENT_EXCEPTION"
DELIVERED = "DELIVERED"
CANCELED = "CANCELED"

TYPES = (NEW, OVERDUE, APPROVED, INVOICED, SHIPPED, SHIPMENT_EXCEPTION, DELIVERED, CANCELED)
UNPAID = frozenset({NEW, OVERDUE})
FINISHED = frozenset({DELIVERED, CANCELED})
BEFORE_DELIVERY = frozenset(TYPES) - FINISHED

# The spellings S1's prose, S2 and the official SDK use for the same types (protocol §5, naming drift).
ALIASES = {
    "PAYMENT_OVERDUE": OVERDUE,
    "WAITING_PAYMENT": NEW,
    "INVOICE": INVOICED,
    "COMPLETE": DELIVERED,
    "CANCELLED": CANCELED,
}

# From which types a write or an event may reach each type (protocol §4.11).
REACHED_FROM = {
    OVERDUE: frozenset({NEW}),
    APPROVED: UNPAID,
    INVOICED: frozenset({APPROVED}),
    SHIPPED: frozenset({INVOICED}),
    SHIPMENT_EXCEPTION: frozenset({SHIPPED}),
    DELIVERED: frozenset({SHIPPED, SHIPMENT_EXCEPTION}),
    CANCELED: BEFORE_DELIVERY,
}


class Status(NamedTuple):
    """A status of one account. `type` is canonical; the account may show an alias."""

    code: str
    label: str
    type: str


DEFAULT = (
    Status("book_product", "Pagamento Pendente (new) (SkyHub)", NEW),
    Status("payment_overdue", "Pagamento Vencido (SkyHub)", OVERDUE),
    Status("payment_received", "Aprovado (SkyHub)", APPROVED),
    Status("order_invoiced", "Pagamento Faturado (SkyHub)", INVOICED),
    Status("order_shipped", "Pedido Enviado (SkyHub)", SHIPPED),
    Status("shipment_exception", "Exceção de Entrega (SkyHub)", SHIPMENT_EXCEPTION),
    Status("complete", "Completo (entregue) (SkyHub)", DELIVERED),
    Status("order_canceled", "Cancelado (SkyHub)", CANCELED),
)
DEFAULT_CODES = frozenset(status.code for status in DEFAULT)
NUMERIC = (
    Status("11", "Aguardando pagamento pela carteira", NEW),
    Status("12", "Boleto vencido", OVERDUE),
    Status("4", "Pago", APPROVED),
    Status("5", "Nota emitida", INVOICED),
    Status("6", "Despachado", SHIPPED),
    Status("9", "Problema na entrega", SHIPMENT_EXCEPTION),
    Status("7", "Entregue", DELIVERED),
    Status("8", "Cancelado", CANCELED),
)
EXTENDED = (
    *DEFAULT,
    Status("waiting_payment", "Aguardando pagamento", NEW),
    Status("processing_store", "Em processamento na loja", APPROVED),
    Status("confirm_stock", "Confirmar estoque", APPROVED),
    Status("confirmed_stock", "Estoque confirmado", APPROVED),
    Status("has_incident", "Com ocorrência", SHIPMENT_EXCEPTION),
    Status("returned", "Devolvido", CANCELED),
)
SETS = {"default": DEFAULT, "numeric": NUMERIC, "extended": EXTENDED}


def canonical(shown: Any) -> str | None:
    """The type behind a spelling; None when nobody knows it."""
    if not isinstance(shown, str):
        return None
    found = ALIASES.get(shown, shown)
    return found if found in TYPES else None

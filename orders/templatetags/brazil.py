"""Brazilian money, documents, addresses and links, as people write and read them."""

from collections.abc import Mapping
from decimal import Decimal

from django import template
from django.utils.formats import number_format
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

register = template.Library()

PAYMENT_METHODS = {
    "CREDIT_CARD": _("Credit card"),
    "DEBIT_CARD": _("Debit card"),
    "BOLETO": _("Boleto"),
    "PIX": _("Pix"),
    "VOUCHER": _("Voucher"),
}


@register.filter
def brl(amount: Decimal | str | None) -> str:
    """R$ 1.234,56, with a space that does not break. Inside JSON amounts are kept as text."""
    if amount in (None, ""):
        return "–"
    value = Decimal(amount)
    sign = "−" if value < 0 else ""
    return f"{sign}R$\u00a0{number_format(abs(value), 2, force_grouping=True)}"


@register.filter
def cpf_cnpj(text: str) -> str:
    """CPF or CNPJ with punctuation; anything else as it is."""
    if len(text) == 11:
        return f"{text[:3]}.{text[3:6]}.{text[6:9]}-{text[9:]}"
    if len(text) == 14:
        return f"{text[:2]}.{text[2:5]}.{text[5:8]}/{text[8:12]}-{text[12:]}"
    return text


@register.filter
def cep(text: str) -> str:
    return f"{text[:5]}-{text[5:]}" if len(text) == 8 and text.isdigit() else text


@register.filter
def phone(text: str) -> str:
    """(11) 98888-7777; anything but a Brazilian number as it is."""
    digits = "".join(c for c in text if c.isdigit())
    if len(digits) in (12, 13) and digits.startswith("55"):
        digits = digits[2:]
    if len(digits) not in (10, 11):
        return text
    return f"({digits[:2]}) {digits[2:-4]}-{digits[-4:]}"


@register.filter
def by_fours(text: str) -> str:
    """An access key in groups of four, as it is printed."""
    return " ".join(text[i : i + 4] for i in range(0, len(text), 4))


@register.filter
def address_lines(address: Mapping[str, str]) -> list[str]:
    """An address (the keys of orders.snapshot.Address) as the lines of a label."""
    part = {name: str(value).strip() for name, value in address.items() if value}
    street = ", ".join(filter(None, (part.get("street"), part.get("number"))))
    city = " – ".join(filter(None, (part.get("city"), part.get("state"))))
    foreign = part.get("country", "BR") != "BR"
    lines = [
        part.get("recipient", ""),
        " – ".join(filter(None, (street, part.get("complement")))),
        part.get("neighborhood", ""),
        " · ".join(filter(None, (city, f"CEP {cep(part['postcode'])}" if "postcode" in part else ""))),
        part["country"] if foreign else "",
        gettext("Landmark: %(text)s") % {"text": part["reference"]} if "reference" in part else "",
        gettext("Phone: %(text)s") % {"text": phone(part["phone"])} if "phone" in part else "",
    ]
    return [line for line in lines if line]


@register.filter
def payment_method(text: str) -> str:
    """A marketplace's word for it in ours, where we know it."""
    return str(PAYMENT_METHODS.get(text.upper().replace(" ", "_"), text))


@register.filter
def weblink(url: str) -> str:
    """The address if a browser may safely open it, else nothing: channels and people write these."""
    return url if url.lower().startswith(("https://", "http://")) else ""

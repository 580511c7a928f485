"""The NF-e as the seller's invoicing system keeps it."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orders import verbs
from orders.errors import InvalidFact
from orders.models import Invoice
from orders.nfe_xml import MAX_BYTES, NfeXmlError, read
from tests.factories import WAREHOUSE, make_access_key, make_nfe_xml, make_order

KEY = make_access_key(780)
BOMB = b"""<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]><x>&b;</x>"""
FILE = b"""<?xml version="1.0"?><!DOCTYPE x [<!ENTITY f SYSTEM "file:///etc/passwd">]><x>&f;</x>"""


def test_key_volumes_and_totals_are_read() -> None:
    document = read(make_nfe_xml(KEY, total="1234.56", volumes=3))

    assert (str(document.key), document.total, document.volumes) == (KEY, Decimal("1234.56"), 3)
    assert (document.recipient, document.protocol, document.production) == ("52998224725", "135260000000001", False)
    assert document.issued_at.utcoffset() is not None


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"not xml", "xml"),
        (b"", "xml"),
        (b"<a/>", "not_nfe"),
        (BOMB, "xml"),
        (FILE, "xml"),
        (b" " * (MAX_BYTES + 1), "size"),
        (make_nfe_xml(KEY, serie="9"), "disagrees"),
        (make_nfe_xml(KEY, nNF="781"), "disagrees"),
        (make_nfe_xml(KEY, CNPJ="99888777000161"), "disagrees"),
        (make_nfe_xml(KEY, chNFe=make_access_key(781)), "disagrees"),
        (make_nfe_xml(KEY, status="110"), "not_authorized"),
        (make_nfe_xml(KEY).replace(b"protNFe", b"other"), "not_authorized"),
        (make_nfe_xml(KEY).replace(b"vNF", b"vXX"), "missing"),
        (make_nfe_xml(KEY, dhEmi="yesterday"), "missing"),
        (make_nfe_xml(KEY).replace(b"NFe" + KEY.encode(), b"NFe" + KEY[:-2].encode()), "key"),
    ],
)
def test_a_wrong_file_says_what_is_wrong(data: bytes, code: str) -> None:
    with pytest.raises(NfeXmlError) as caught:
        read(data)
    assert caught.value.code == code


@given(st.binary(max_size=300))
def test_any_bytes_are_refused_and_never_crash(data: bytes) -> None:
    with pytest.raises(NfeXmlError):
        read(data)


@given(st.integers(0, len(make_nfe_xml(KEY)) - 1), st.binary(max_size=3))
def test_a_damaged_file_is_read_alike_or_refused(position: int, junk: bytes) -> None:
    whole = make_nfe_xml(KEY)
    try:
        outcome = str(read(whole[:position] + junk + whole[position + 1 :]).key)
    except NfeXmlError as error:
        outcome = error.code

    assert outcome in {KEY, "xml", "not_nfe", "missing", "key", "disagrees", "not_authorized"}


@pytest.mark.django_db
class TestInvoicingFromTheFile:
    def test_it_fills_everything_in_and_keeps_the_file(self) -> None:
        order, data = make_order(), make_nfe_xml(KEY, total="99.90", volumes=2)

        invoice = verbs.invoice(order, xml=data, by=WAREHOUSE)

        assert (invoice.access_key, invoice.total, invoice.volumes) == (KEY, Decimal("99.90"), 2)
        assert Invoice.objects.get().xml == data.decode()

    def test_a_key_that_does_not_agree_with_the_file_is_refused(self) -> None:
        with pytest.raises(InvalidFact) as caught:
            verbs.invoice(make_order(), xml=make_nfe_xml(KEY), access_key=make_access_key(), by=WAREHOUSE)

        assert (caught.value.field, caught.value.code) == ("access_key", "xml_of_other_key")
        assert KEY in caught.value.message

    def test_a_wrong_file_is_refused_with_field_and_remedy(self) -> None:
        with pytest.raises(InvalidFact, match="nfeProc") as caught:
            verbs.invoice(make_order(), xml=make_nfe_xml(KEY, status="110"), by=WAREHOUSE)

        assert caught.value.field == "xml"

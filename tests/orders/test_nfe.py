"""The access key of an NF-e."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orders.nfe import AccessKeyError, check_digit, parse
from tests.factories import make_access_key

#: From the published worked example of the check digit (MOC): 5206 0433 0099 1100 2506 5501 2000 0007 8002 6730 1615
MOC_EXAMPLE = "52060433009911002506550120000007800267301615"


def test_the_published_example_is_valid() -> None:
    key = parse(MOC_EXAMPLE)

    assert (key.uf, key.year, key.month, key.issuer) == ("GO", 2006, 4, "33009911002506")
    assert (key.series, key.number) == ("12", "780")


def test_blanks_dots_and_the_xml_prefix_are_ignored() -> None:
    spaced = " ".join(MOC_EXAMPLE[i : i + 4] for i in range(0, 44, 4))

    assert str(parse(spaced)) == str(parse("NFe" + MOC_EXAMPLE)) == MOC_EXAMPLE


def test_letters_of_an_alphanumeric_cnpj_count_as_ascii_minus_48() -> None:
    key = parse(make_access_key(7, cnpj="12ABC34501DE35"))

    assert key.issuer == "12ABC34501DE35"
    assert check_digit("B") == str(11 - (18 * 2) % 11)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("123", "length"),
        ("", "length"),
        (MOC_EXAMPLE[:-1] + "4", "check_digit"),
        ("A" + MOC_EXAMPLE[1:], "characters"),
        (MOC_EXAMPLE[:6] + "É" + MOC_EXAMPLE[7:], "characters"),
        (MOC_EXAMPLE[:-2] + "A5", "characters"),
        ("٥" + MOC_EXAMPLE[1:], "characters"),
        (make_access_key(1, uf="99"), "uf"),
    ],
)
def test_a_wrong_key_says_what_is_wrong(text: str, code: str) -> None:
    with pytest.raises(AccessKeyError) as caught:
        parse(text)
    assert caught.value.code == code


@given(st.integers(0, 43), st.integers(1, 9))
def test_one_mistyped_digit_is_always_noticed(position: int, shift: int) -> None:
    digit = str((int(MOC_EXAMPLE[position]) + shift) % 10)
    with pytest.raises(AccessKeyError):
        parse(MOC_EXAMPLE[:position] + digit + MOC_EXAMPLE[position + 1 :])


@given(st.text(max_size=60))
def test_any_text_is_either_a_key_or_refused_with_a_code(text: str) -> None:
    try:
        outcome = len(str(parse(text)))
    except AccessKeyError as error:
        outcome = error.code

    assert outcome in {44, "length", "characters", "check_digit", "uf", "month", "model"}

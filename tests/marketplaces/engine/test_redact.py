"""What is kept for people to read shows no secret and nobody's data."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from marketplaces.redact import _RULES, LONGEST, MASK, redact

MARKS = [mark for marks, _, _ in _RULES for mark in marks]


@pytest.mark.parametrize(
    "text",
    [
        '{"name": "Ana Souza"}',
        '{"customer": {"vat_number": "52998224725"}}',
        '{"customer": {"vat_number": 52998224725}}',
        '{"x-api-key": "s3cret"}',
        '{"phones": "11987654321"}',
        "write to ana.souza@example.com.br",
        "CPF 529.982.247-25",
        "CPF 52998224725, please",
        '{"full_name": "Ana \\"the\\" Souza"}',
        '{"access_token": "cut off in the mid',
    ],
)
def test_secrets_and_personal_data_go(text: str) -> None:
    shown = redact(text)

    assert MASK in shown
    assert not any(
        part in shown for part in ("Ana", "Souza", "ana.souza", "52998224725", "247-25", "s3cret", "98765", "cut off")
    )


@pytest.mark.parametrize(
    "text",
    [
        '{"key": "35261111222333000181550010000000011000000018"}',
        '{"code": "Submarino-1493069158776"}',
        "order 26612345678 was refused",  # eleven digits that are no CPF
        '{"status": "order_invoiced", "qty": 2}',
        "",
    ],
)
def test_what_people_need_to_understand_a_call_stays(text: str) -> None:
    assert redact(text) == text


def test_a_long_body_is_cut() -> None:
    assert len(redact("x" * 10 * LONGEST)) == LONGEST + 1


@given(st.lists(st.sampled_from([*MARKS, "x", " ", "7", ":", "=", "name", "ſ", "K", "a.b"])).map("".join))
def test_no_text_is_passed_over_in_which_something_would_be_masked(text: str) -> None:
    """The marks are only a quicker way to see that there is nothing to be masked."""
    for marks, pattern, _ in _RULES:
        for spelled in (text, text.upper(), text.title()):
            assert not pattern.search(spelled) or any(mark in spelled.casefold() for mark in marks)

"""Whatever Dafiti sends: it is an order, or it is Malformed with a reason. Nothing else ever escapes."""

import copy
import json
from dataclasses import asdict
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from marketplaces.connectors.dafiti import mapping, payload
from marketplaces.errors import Malformed
from tests.marketplaces.connectors.dafiti.wire import SAMPLES, SEEN_AT

BODIES = [path.read_text() for path in sorted(SAMPLES.glob("*.json"))]
ODD = st.sampled_from(["\u0000", " ", "-1", "1e9", "NaN", "٣", "#####", "x" * 400, 10**40, "2026-13-01T00:00:00Z"])
LEAVES = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20) | ODD
JSON = st.recursive(
    LEAVES,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)


def spots(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    children = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [path, *(spot for key, child in children for spot in spots(child, (*path, key)))]


@st.composite
def mutated(draw: st.DrawFn) -> Any:
    """A sample with a few values anywhere in it replaced."""
    document = copy.deepcopy(json.loads(draw(st.sampled_from(BODIES))))
    for _ in range(draw(st.integers(1, 4))):
        spot = draw(st.sampled_from(spots(document)[1:]))
        parent = document
        for key in spot[:-1]:
            parent = parent[key]
        parent[spot[-1]] = draw(JSON)
    return document


def read(body: bytes) -> str:
    """The problem; "" when it became an order, which can then also be stored as text and numbers."""
    try:
        order = mapping.snapshot(body, seen_at=SEEN_AT)
    except Malformed as error:
        return error.detail or "without a reason"
    return "holds what PostgreSQL cannot store" if "\\u0000" in json.dumps(asdict(order), default=str) else ""


@given(document=mutated())
@settings(max_examples=200, deadline=None)
def test_a_mutated_order_is_read_or_malformed(document: Any) -> None:
    assert "PostgreSQL" not in read(json.dumps(document).encode())


@given(sample=st.sampled_from(BODIES), cut=st.integers(600, 3000), put=st.binary(max_size=4))
@settings(max_examples=200, deadline=None)
def test_a_damaged_body_is_read_or_malformed_and_its_code_is_found(sample: str, cut: int, put: bytes) -> None:
    body = sample.encode()
    damaged = body[:cut] + put + body[cut + len(put) :]

    read(damaged)

    assert payload.code_of(damaged) in (str(json.loads(sample)["id"]), "")

"""Whatever Shopee sends: it is an order, or it is Malformed with a reason. Nothing else ever escapes."""

import copy
import json
from dataclasses import asdict
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from marketplaces.connectors.shopee import mapping, payload
from marketplaces.errors import Malformed
from tests.marketplaces.connectors.shopee import SAMPLES, SEEN_AT, Shop

SAMPLE_BODIES = [path.read_text() for path in sorted(SAMPLES.glob("*.json"))]
DATES = st.sampled_from([0, -1, 1, 1795003200, 1795003200.5, 10**12, "1795003200", "2026-11-18", "ontem"])
LEAVES = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=20)
    | DATES
    | st.sampled_from(["\u0000", " ", "-1", "1e9", "NaN", "Infinity", "٣", "****", "M******a", "x" * 400, 10**40])
)
JSON = st.recursive(
    LEAVES,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)


@st.composite
def mutated(draw: st.DrawFn) -> Any:
    """A sample with a few values anywhere in it replaced or removed."""
    document = copy.deepcopy(json.loads(draw(st.sampled_from(SAMPLE_BODIES))))
    for _ in range(draw(st.integers(1, 4))):
        spot = draw(st.sampled_from(spots(document)))
        if not spot:
            return draw(JSON)
        parent = document
        for key in spot[:-1]:
            parent = parent[key]
        if draw(st.booleans()):
            parent[spot[-1]] = draw(JSON)
        else:
            del parent[spot[-1]]
    return document


def spots(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """The paths to every value in a document."""
    children = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [path, *(spot for key, child in children for spot in spots(child, (*path, key)))]


def read(body: bytes) -> str:
    """The problem; "" when it became an order, which can then also be stored as text and numbers."""
    try:
        order = mapping.snapshot(body, seen_at=SEEN_AT)
    except Malformed as error:
        return error.detail or "without a reason"
    storable = "\\u0000" not in json.dumps(asdict(order), default=str)
    return "" if storable else "holds what PostgreSQL cannot store"


@given(document=mutated())
@settings(max_examples=400, deadline=None)
def test_a_mutated_order_is_read_or_malformed(document: Any) -> None:
    body = json.dumps(document).encode()

    problem = read(body)

    fetched = Shop().adapter().parse(body.decode(), seen_at=SEEN_AT)
    assert fetched.problem == problem
    assert (fetched.snapshot is None) is bool(problem)


@given(body=st.binary(max_size=200) | st.sampled_from(SAMPLE_BODIES).map(str.encode))
@settings(max_examples=300, deadline=None)
def test_bytes_are_read_or_malformed(body: bytes) -> None:
    read(body)

    assert isinstance(payload.code_of(body), str)


@given(sample=st.sampled_from(SAMPLE_BODIES), cut=st.integers(0, 3000), put=st.binary(max_size=4))
@settings(max_examples=300, deadline=None)
def test_a_damaged_body_is_read_or_malformed_and_its_code_is_found(sample: str, cut: int, put: bytes) -> None:
    body = sample.encode()
    where = cut % len(body)

    damaged = body[:where] + put + body[where + len(put) :]

    read(damaged)
    if where > 80:
        assert payload.code_of(damaged) == json.loads(sample)["order_sn"]

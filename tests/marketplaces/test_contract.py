"""What every registered connector must do, proven with its own samples. A new connector is picked up by itself.

Each brings `samples/*.json`, orders as its marketplace writes them, and `samples/contract.toml`, which says how the
marketplace answers and what the samples contain.
"""

import logging
from datetime import UTC, datetime
from decimal import Decimal
from urllib.parse import unquote

import httpx
import pytest

from marketplaces import http, registry
from marketplaces.crossing import Webhook
from marketplaces.errors import (
    AlreadyApplied,
    NotGenuine,
    NotReady,
    OutcomeUnknown,
    Rejected,
    Unauthorized,
    Unavailable,
    Unsupported,
)
from orders.models import ChannelUpdate
from orders.snapshot import OrderSnapshot
from orders.status import Status
from tests.marketplaces.contract import CONTRACTS, Contract, first_of, overlaid, run, time_out
from tests.marketplaces.wire import Turns, make_adapter, make_update

SEEN_AT = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
each_connector = pytest.mark.parametrize("contract", CONTRACTS, ids=lambda contract: contract.connector)
each_sample = pytest.mark.parametrize(
    ("contract", "sample"),
    [pytest.param(c, sample, id=f"{c.connector}-{sample}") for c in CONTRACTS for sample in c.samples],
)
each_kind = pytest.mark.parametrize("kind", [kind.value for kind in ChannelUpdate.Kind])


@each_connector
def test_every_sample_is_described_and_every_description_has_its_sample(contract: Contract) -> None:
    assert set(contract.samples) == set(contract.terms["samples"])


@each_connector
def test_the_account_form_asks_for_exactly_the_credentials_that_are_used(contract: Contract) -> None:
    adapter = registry.adapter_class(contract.connector)

    assert set(adapter.credential_fields) == set(contract.terms["credentials"])
    assert adapter.label
    assert adapter.base_url.startswith("https://")
    assert not adapter.base_url.endswith("/")


@each_sample
def test_a_sample_is_read_without_loss(contract: Contract, sample: str) -> None:
    expected = contract.terms["samples"][sample]

    snapshot = contract.snapshot(sample)

    units: dict[str, int] = {}
    for item in snapshot.items:
        units[item.sku] = units.get(item.sku, 0) + item.quantity
    assert snapshot.code == expected["code"]
    assert snapshot.status is Status(expected["status"])
    assert snapshot.total == Decimal(expected["total"])
    assert units == expected["units"]
    assert len({item.line for item in snapshot.items}) == len(snapshot.items)


@each_sample
def test_the_parts_of_an_order_add_up_to_its_total(contract: Contract, sample: str) -> None:
    snapshot = contract.snapshot(sample)

    assert snapshot.expected_total == snapshot.total


@each_sample
def test_all_instants_are_in_utc(contract: Contract, sample: str) -> None:
    snapshot = contract.snapshot(sample)

    instants = [getattr(snapshot, name) for name in OrderSnapshot.__slots__ if name.endswith(("_at", "_by", "_until"))]
    assert all(instant.tzinfo is UTC for instant in instants if instant is not None)


@each_sample
def test_an_unknown_status_is_no_status(contract: Contract, sample: str) -> None:
    document = overlaid(contract.document(sample), contract.terms["unknown_status"])

    snapshot = contract.read(document).snapshot

    assert snapshot is not None
    assert snapshot.status is None
    assert snapshot.channel_status


@each_sample
def test_a_stored_body_reads_the_same_again(contract: Contract, sample: str) -> None:
    adapter = contract.adapter(contract.marketplace())
    raw = (contract.folder / f"{sample}.json").read_text()

    parsed = adapter.parse(raw, seen_at=SEEN_AT)

    assert parsed.raw == raw
    assert parsed.snapshot is not None
    assert parsed == adapter.parse(raw, seen_at=SEEN_AT)
    assert parsed.external_id == parsed.snapshot.code
    assert parsed.snapshot.seen_at == SEEN_AT


@each_connector
@pytest.mark.parametrize("raw", ["", "null", "[]", "{}", '"text"', "12", "{", "<html>", "\x00", "\ud800", "[" * 5000])
def test_a_body_that_cannot_be_read_is_kept_whole_with_the_reason(contract: Contract, raw: str) -> None:
    parsed = contract.adapter(contract.marketplace()).parse(raw, seen_at=SEEN_AT)

    assert parsed.snapshot is None
    assert parsed.problem
    if raw.isprintable():
        assert parsed.raw == raw


@each_connector
@pytest.mark.parametrize("status", [408, 429, 500, 502, 503, 504])
def test_an_outage_is_unavailable_and_never_an_empty_queue(contract: Contract, status: int) -> None:
    adapter = contract.adapter(lambda _: httpx.Response(status))

    with pytest.raises(Unavailable):
        run(first_of(adapter))
    with pytest.raises(Unavailable):
        run(adapter.read("any code"))
    with pytest.raises(Unavailable):
        run(adapter.check())


@each_connector
def test_how_long_to_wait_is_taken_from_the_answer(contract: Contract) -> None:
    adapter = contract.adapter(lambda _: httpx.Response(429, headers={"Retry-After": "7"}))

    with pytest.raises(Unavailable) as caught:
        run(first_of(adapter))
    assert caught.value.retry_after == 7


@each_connector
def test_a_call_that_never_left_is_unavailable(contract: Contract) -> None:
    def unreachable(request: httpx.Request) -> httpx.Response:
        raise httpx.ConnectError("no route", request=request)

    with pytest.raises(Unavailable) as caught:
        run(contract.adapter(unreachable).push(make_update(contract.a_kind)))
    assert not isinstance(caught.value, OutcomeUnknown)


@each_connector
@each_kind
def test_a_write_without_an_answer_has_an_unknown_outcome(contract: Contract, kind: str) -> None:
    adapter = contract.adapter(contract.failing_writes(time_out, document=contract.told(kind)))

    with pytest.raises((OutcomeUnknown, Unsupported)):
        run(adapter.push(make_update(kind)))


@each_connector
@pytest.mark.parametrize("status", [401, 403])
def test_refused_credentials_are_told_as_such(contract: Contract, status: int) -> None:
    adapter = contract.adapter(lambda _: httpx.Response(status))

    for call in (adapter.check(), first_of(adapter), adapter.push(make_update(contract.a_kind))):
        with pytest.raises(Unauthorized):
            run(call)


@each_connector
def test_a_missing_credential_is_named(contract: Contract) -> None:
    optional = registry.adapter_class(contract.connector).optional_credentials
    for missing in set(contract.terms["credentials"]).difference(optional):
        credentials = {**contract.terms["credentials"], missing: ""}
        adapter = make_adapter(contract.connector, contract.marketplace(), credentials=credentials)

        with pytest.raises(Unauthorized, match=missing):
            run(adapter.check())


@each_connector
@each_kind
def test_a_capability_works_or_says_that_it_is_missing(contract: Contract, kind: str) -> None:
    turns = Turns()
    adapter = contract.adapter(contract.marketplace(contract.told(kind)), turns=turns)

    try:
        answer = run(adapter.push(make_update(kind)))
    except (Unsupported, NotReady) as error:
        answer = error.detail

    assert answer
    assert set(turns.taken) <= set(adapter.limits)


@each_connector
@each_kind
def test_repeating_a_push_is_harmless(contract: Contract, kind: str) -> None:
    known = contract.terms["repeated"].get(kind, {})
    held = contract.document(known["sample"]) if "sample" in known else None
    repeated = contract.failing_writes(
        lambda _: httpx.Response(known.get("status", 200), text=known.get("body", "")), document=held
    )

    with pytest.raises((AlreadyApplied, Unsupported)):
        run(contract.adapter(repeated).push(make_update(kind)))


@each_sample
@each_kind
def test_reading_back_always_answers(contract: Contract, sample: str, kind: str) -> None:
    adapter = contract.adapter(contract.marketplace(contract.document(sample)))

    try:
        known = run(adapter.is_applied(make_update(kind)))
    except NotReady as undecided:
        known = not undecided.taken
    except Rejected as thrown_out:
        known = not thrown_out.undone

    assert known in (True, False)


@each_connector
def test_acknowledging_takes_what_fetch_gave(contract: Contract) -> None:
    turns = Turns()
    adapter = contract.adapter(contract.marketplace(), turns=turns)

    fetched = run(first_of(adapter))
    assert fetched is not None
    run(adapter.acknowledge(fetched.receipt))

    assert set(turns.taken) <= set(adapter.limits)


@each_connector
def test_no_secret_and_no_buyer_is_logged_or_told(contract: Contract, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    private, sample = contract.sample_with_a_buyer()
    adapter = contract.adapter(contract.marketplace(contract.document(sample)))
    refused = contract.adapter(lambda _: httpx.Response(401, text=f'{{"error": "bad {contract.secrets[0]}"}}'))

    with http.recording() as calls:
        fetched = run(first_of(adapter))
        run(adapter.push(make_update(contract.a_kind)))
        with pytest.raises(Unauthorized):
            run(refused.check())

    told = [
        caplog.text,
        repr(adapter.connection),
        repr(vars(adapter)),
        *(call.request + call.response for call in calls),
    ]
    assert fetched is not None
    assert len(calls) >= 2
    for word in (*contract.secrets, *private):
        assert word not in "".join(told)


@each_connector
def test_what_it_does_not_claim_to_tell_is_unsupported_and_costs_no_call(contract: Contract) -> None:
    def nobody(request: httpx.Request) -> httpx.Response:
        raise AssertionError(f"{request.method} {request.url.path}")

    adapter = contract.adapter(nobody)

    assert set(adapter.tells) <= {kind.value for kind in ChannelUpdate.Kind}
    for kind in {kind.value for kind in ChannelUpdate.Kind}.difference(adapter.tells):
        with pytest.raises(Unsupported):
            run(adapter.push(make_update(kind)))


@each_connector
@pytest.mark.parametrize("body", [b"", b"{}", b"null", b"[1]", b'{"data": 1}', b"\xff\x00", b"<html>", b"[" * 5000])
def test_a_webhook_that_proves_nothing_is_not_genuine(contract: Contract, body: bytes) -> None:
    adapter = contract.adapter(contract.marketplace())
    forged = {"authorization": "0" * 64, "signature": "ç", "x-signature": ""}

    for headers in ({}, forged) if adapter.overrides("verify") else ():
        came = Webhook(body=body, headers=headers, url="https://hub.example.com/webhooks/shop")
        with pytest.raises(NotGenuine):
            adapter.verify(adapter.connection, came)


@each_connector
def test_the_page_of_consent_is_the_marketplaces_and_carries_state_and_return_address(contract: Contract) -> None:
    adapter = contract.adapter(contract.marketplace())
    authorizes = adapter.overrides("authorization_url")
    assert authorizes == adapter.overrides("exchange")
    assert not authorizes or adapter.overrides("refresh")
    if authorizes:
        url = adapter.authorization_url(adapter.connection, state="s7t8", return_url="https://hub.example.com/back")

        assert url.startswith("https://")
        assert "s7t8" in url
        # Where the developer enters it at the marketplace, the account's page shows what to enter.
        assert "hub.example.com" in unquote(url) or contract.terms["return_address"] == "entered at the marketplace"
        assert not any(value in url for name, value in contract.terms["credentials"].items() if "key" in name)


@each_connector
def test_only_credentials_that_are_asked_for_may_stay_empty(contract: Contract) -> None:
    adapter = registry.adapter_class(contract.connector)

    assert set(adapter.optional_credentials) < set(adapter.credential_fields)


@each_connector
def test_one_who_acknowledges_nothing_polls_alone(contract: Contract) -> None:
    """Several fetchers of a poller would all fetch the same."""
    adapter = registry.adapter_class(contract.connector)

    assert adapter.overrides("acknowledge") or adapter.fetchers == 1
    assert adapter.readers >= 1

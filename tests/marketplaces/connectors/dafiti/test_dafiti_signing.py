"""The published vectors of both signatures, and what is signed when."""

import hashlib
import re

import httpx
import pytest

from marketplaces.connectors.dafiti import signing
from marketplaces.errors import Unauthorized
from tests.marketplaces.connectors.dafiti.wire import Api, order, unit
from tests.marketplaces.contract import run

V2_SECRET = "my_key_123456789012345678901234567890123"
NONCE = "9b95be45f403af9c0039e08bee85f409611fa1b2"
LOOK_AT_ME = "b1bdb357ced10fe4e9a69840cdd4f0e9c03d77fe"


def test_vector_1_a_query_and_no_body() -> None:
    target = "/my/path?" + signing.query_of([("foo", "bar"), ("zzz", "second parameter")])

    assert target == "/my/path?foo=bar&zzz=second%20parameter"
    assert (
        signing.v2(V2_SECRET, method="GET", target=target, timestamp=1234567890, nonce=NONCE, body=b"")
        == "88810379e74af556c15fad9c8fc9fc1756b000d3915df597b69056af0f3ff004"
    )


def test_vector_2_a_body_and_no_query() -> None:
    body = b'{"foo":"bar","zzz":"second parameter"}'

    assert hashlib.sha256(body).hexdigest() == "40c9aa2af101ea84a90c0eb711d502277a6ca1bff772917a8b772f0efc0b1cde"
    assert (
        signing.v2(V2_SECRET, method="POST", target="/my/path", timestamp=1234567890, nonce=NONCE, body=body)
        == "f0d36077e97b2f644d960cd60b1875c7dabfc1630d52c7538e5bd1b0012a75be"
    )


@pytest.mark.parametrize(
    ("key", "parameters", "expected"),
    [
        pytest.param(
            LOOK_AT_ME,
            {"Action": "FeedList", "Format": "XML", "Timestamp": "2015-07-01T11:11:11+00:00"},
            "3ceb8ed91049dfc718b0d2d176fb2ed0e5fd74f76c5971f34cdab48412476041",
            id="3",
        ),
        pytest.param(
            "abc16cfd7e7fa8263b8b83eb3b4467e60ca0638b",
            {"Action": "test", "Timestamp": "Fri, 20 Jul 2014 23:36:00 GMT", "UserID": "admin@sellercenter.net"},
            "02815c9a18c5c45ee5f6af8fc9ee0a02b65aef1c55003574690f4d80efbefe80",
            id="4",
        ),
        pytest.param(
            LOOK_AT_ME,
            {
                "Status": "pending",
                "Limit": "100",
                "Offset": "0",
                "Format": "JSON",
                "Action": "GetOrders",
                "CreatedAfter": "2025-01-01T00:00:00+00:00",
                "Timestamp": "2025-01-02T03:04:05+00:00",
            },
            "5ca2de5e3230afc95e153ad3ccda28f50d1fadb24f51b457d38548745156d0a8",
            id="5",
        ),
    ],
)
def test_vectors_3_to_5_of_the_classic_signature(key: str, parameters: dict[str, str], expected: str) -> None:
    whole = {"UserID": "look@me.com", "Version": "1.0", **parameters}

    assert signing.classic(key, whole.items()) == expected


def signed_call(signs: str, **credentials: str) -> httpx.Request:
    api = Api(order(unit()))
    adapter = api.adapter(signing=signs, **credentials)
    run(adapter.check())
    return api.requests[-1]


def test_nothing_is_signed_unless_the_account_says_so() -> None:
    request = signed_call("")

    assert not [name for name in request.headers if name.startswith("x-")]
    assert "Signature" not in request.url.params


def test_a_v2_signature_is_over_the_address_as_it_is_sent_and_never_the_same_twice() -> None:
    first, second = signed_call("v2"), signed_call("v2")

    target = first.url.raw_path.decode()
    expected = signing.v2(
        "client-secret",
        method="GET",
        target=target,
        timestamp=int(first.headers["x-timestamp"]),
        nonce=first.headers["x-nonce"],
        body=b"",
    )
    assert first.headers["x-signature"] == expected
    assert first.headers["x-signature-algorithm"] == "HMAC-SHA256"
    assert re.fullmatch(r"[0-9a-f]{40}", first.headers["x-nonce"])
    assert first.headers["x-nonce"] != second.headers["x-nonce"]


def test_a_classic_signature_is_over_all_parameters() -> None:
    params = dict(signed_call("classic", classic_user="loja@example.com", classic_key="k").url.params)

    signature = params.pop("Signature")
    assert signature == signing.classic("k", params.items())
    assert {"UserID", "Version", "Timestamp", "limit", "offset"} == set(params)


def test_a_classic_signature_needs_its_own_credentials() -> None:
    with pytest.raises(Unauthorized, match="classic_user, classic_key"):
        signed_call("classic")

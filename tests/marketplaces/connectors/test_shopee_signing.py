"""Signatures: the vectors of protocols and libraries, recomputed."""

import httpx
import pytest

from marketplaces.connectors.shopee import pushes, signing
from marketplaces.crossing import Webhook
from marketplaces.errors import NotGenuine
from tests.marketplaces.connectors.shopee import Shop, sample
from tests.marketplaces.contract import run

KEY = "test_partner_key_0123456789abcdef"
TOKEN = "59777174636562737266615546704c6d"


@pytest.mark.parametrize(
    ("path", "shop_id", "expected"),
    [
        ("/api/v2/shop/get_shop_info", "14701711", "fae2453506d0e74461bff5acf9985e736a81491c37c1c77537598bc991c034fc"),
        (
            "/api/v2/order/get_order_list",
            "14701711",
            "a1deedcba768aef353a7a75283e6b133b445a8d8555a93787e92e4101642ba14",
        ),
    ],
)
def test_a_shops_call_signs_app_path_time_token_and_shop(path: str, shop_id: str, expected: str) -> None:
    facts = {"partner_id": "2001887", "path": path, "access_token": TOKEN, "shop_id": shop_id}

    assert signing.shop(KEY, timestamp=1655714431, **facts) == expected


def test_a_merchants_call_has_its_number_in_place_of_the_shops() -> None:
    signed = signing.shop(
        KEY,
        partner_id="2001887",
        path="/api/v2/global_product/get_category",
        timestamp=1655714431,
        access_token="09777174636962737266615546704c6d",
        shop_id="1000000",
    )

    assert signed == "0c04e500e19baefae45c64a967c05b5a93cb88b106801c7412402943b0011a19"


@pytest.mark.parametrize(
    ("partner_id", "path", "timestamp", "expected"),
    [
        (
            "2001887",
            "/api/v2/public/get_shops_by_partner",
            1655714431,
            "8d0b8105220f3a6129ce1147cf82f1a00c6fe57966b2f04e7426734fb219e01a",
        ),
        (
            "1000016",
            "/api/v2/shop/auth_partner",
            1657263479,
            "5ed4f97e762d1b3569f0f00ad60eae0aa43037bc2860061d053248b2d0f972b9",
        ),
        (
            "1000016",
            "/api/v2/auth/token/get",
            1657263479,
            "922bbae7d6836142417b451111fb7c57dcbd84d6f7e6e390f35986e20e16503d",
        ),
        (
            "1000016",
            "/api/v2/auth/access_token/get",
            1657868745,
            "d40c7b51887a180a405c51ed08b73c5347c810f29924904889eec8db287dbcac",
        ),
    ],
)
def test_a_public_call_signs_app_path_and_time(partner_id: str, path: str, timestamp: int, expected: str) -> None:
    assert signing.public(KEY, partner_id=partner_id, path=path, timestamp=timestamp) == expected


V1_PUSH = (
    'https://partner.shopeemobile.com/api/v1/orders/detail|{"partner_id":1,"shopid":61299,'
    '"timestamp":1470198856,"ordersn":"160726152598865"}'
)


@pytest.mark.parametrize(
    ("key", "message", "expected"),
    [
        (
            "test_partner_key",
            "/api/v2/auth/token/get123456test_partner_idtest_shop_idtest_main_account_id",
            "37c864bd9821ff5f2c2f46b2faca14eb1811a718d1fdc6dcf383cba7c74bf9e9",
        ),
        (
            "key",
            "The quick brown fox jumps over the lazy dog",
            "f7bc83f430538424b13298e6aa6fb143ef4d59a14946175997479dbc2d1a3cd8",
        ),
        (
            "42",
            V1_PUSH,
            "7f8239f14aa84c8ff59c61c4b728e08a44f5ff756064da74678b2f5162ac9116",
        ),
    ],
)
def test_vectors_of_other_libraries_are_met(key: str, message: str, expected: str) -> None:
    assert signing._sign(key, message) == expected


PUSH_URL = "https://erp.example.com/webhooks/shopee"
PUSH = (
    b'{"data":{"items":[],"ordersn":"220810QSK8S7BX","status":"PROCESSED","completed_scenario":"",'
    b'"update_time":1660123127},"shop_id":727720655,"code":3,"timestamp":1660123127}'
)
PUSH_SIGN = "5f1d4b084475d5bb413745a82820ce6a484ddf78ccd6a26f5a091bdc72dd5fed"


@pytest.mark.parametrize(
    ("body", "genuine"),
    [(PUSH, True), (PUSH.replace(b":", b": ").replace(b",", b", "), False)],
    ids=["raw", "rewritten"],
)
def test_a_push_is_proven_by_its_raw_bytes(body: bytes, genuine: bool) -> None:
    connection = Shop().adapter(push_key=KEY).connection
    webhook = Webhook(body=body, headers={"authorization": PUSH_SIGN}, url=PUSH_URL)

    if genuine:
        assert pushes.verify(connection, webhook).codes == ("220810QSK8S7BX",)
    else:
        with pytest.raises(NotGenuine):
            pushes.verify(connection, webhook)


def test_a_call_carries_what_it_signs() -> None:
    shop = Shop(sample())

    run(shop.adapter().read("261118EXA00001"))

    params = shop.requests[0].url.params
    facts = {"partner_id": "1000001", "access_token": "access-token-1", "shop_id": "700001"}
    assert {name: params[name] for name in facts} == facts
    path, timestamp = "/api/v2/order/get_order_detail", int(params["timestamp"])
    assert params["sign"] == signing.shop("partner-key", path=path, timestamp=timestamp, **facts)


def test_business_parameters_of_a_post_stand_in_its_body() -> None:
    shop = Shop()

    run(shop.adapter().client.cancel_order("A1", reason="CUSTOMER_REQUEST", items=[]))

    (request,) = shop.requests
    assert shop.body("order/cancel_order") == {"order_sn": "A1", "cancel_reason": "CUSTOMER_REQUEST"}
    assert set(httpx.QueryParams(request.url.query)) == {
        "partner_id", "timestamp", "sign", "access_token", "shop_id",
    }  # fmt: skip

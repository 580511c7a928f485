"""Published and self-computed signatures (protocol §10)."""

import json

import pytest

from sandbox.shopee.sign import push_signature, signature

KEY = "test_partner_key_0123456789abcdef"
URL = "https://erp.example.com/webhooks/shopee"
PUSH = (
    '{"data":{"items":[],"ordersn":"220810QSK8S7BX","status":"PROCESSED","completed_scenario":"",'
    '"update_time":1660123127},"shop_id":727720655,"code":3,"timestamp":1660123127}'
)


@pytest.mark.parametrize(
    ("key", "message", "expected"),
    [
        (
            "key",
            "The quick brown fox jumps over the lazy dog",
            "f7bc83f430538424b13298e6aa6fb143ef4d59a14946175997479dbc2d1a3cd8",
        ),
        (
            "test_partner_key",
            "/api/v2/auth/token/get123456test_partner_idtest_shop_idtest_main_account_id",
            "37c864bd9821ff5f2c2f46b2faca14eb1811a718d1fdc6dcf383cba7c74bf9e9",
        ),
    ],
)
def test_published_vectors_come_out_the_same(key: str, message: str, expected: str) -> None:
    assert signature(key, message) == expected


def test_the_published_vector_of_url_and_body_comes_out_the_same() -> None:
    body = b'{"partner_id":1,"shopid":61299,"timestamp":1470198856,"ordersn":"160726152598865"}'

    found = push_signature("42", "https://partner.shopeemobile.com/api/v1/orders/detail", body)

    assert found == "7f8239f14aa84c8ff59c61c4b728e08a44f5ff756064da74678b2f5162ac9116"


@pytest.mark.parametrize(
    ("parts", "expected"),
    [
        (
            (2001887, "/api/v2/shop/get_shop_info", 1655714431, "59777174636562737266615546704c6d", 14701711),
            "fae2453506d0e74461bff5acf9985e736a81491c37c1c77537598bc991c034fc",
        ),
        (
            (2001887, "/api/v2/global_product/get_category", 1655714431, "09777174636962737266615546704c6d", 1000000),
            "0c04e500e19baefae45c64a967c05b5a93cb88b106801c7412402943b0011a19",
        ),
        (
            (2001887, "/api/v2/public/get_shops_by_partner", 1655714431),
            "8d0b8105220f3a6129ce1147cf82f1a00c6fe57966b2f04e7426734fb219e01a",
        ),
        (
            (1000016, "/api/v2/shop/auth_partner", 1657263479),
            "5ed4f97e762d1b3569f0f00ad60eae0aa43037bc2860061d053248b2d0f972b9",
        ),
        (
            (1000016, "/api/v2/auth/token/get", 1657263479),
            "922bbae7d6836142417b451111fb7c57dcbd84d6f7e6e390f35986e20e16503d",
        ),
        (
            (1000016, "/api/v2/auth/access_token/get", 1657868745),
            "d40c7b51887a180a405c51ed08b73c5347c810f29924904889eec8db287dbcac",
        ),
        (
            (2001887, "/api/v2/order/get_order_list", 1655714431, "59777174636562737266615546704c6d", 14701711),
            "a1deedcba768aef353a7a75283e6b133b445a8d8555a93787e92e4101642ba14",
        ),
    ],
)
def test_public_shop_and_merchant_calls_sign_their_parts_without_separators(
    parts: tuple[object, ...], expected: str
) -> None:
    assert signature(KEY, *parts) == expected


def test_a_push_is_signed_over_its_raw_body() -> None:
    rewritten = json.dumps(json.loads(PUSH)).encode()

    assert push_signature(KEY, URL, PUSH.encode()) == "5f1d4b084475d5bb413745a82820ce6a484ddf78ccd6a26f5a091bdc72dd5fed"
    assert push_signature(KEY, URL, rewritten) == "bc500c5d8526daeb66037594896fce107dbbc8bb84f819e7f84df5640989e279"

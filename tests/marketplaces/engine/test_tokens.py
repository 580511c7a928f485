"""Access tokens: renewed ahead, once however many ask, stored before they are used, and a lost race is no drama."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import connection, connections
from django.utils import timezone

from marketplaces import loop, tasks, tokens
from marketplaces.connection import check, connect
from marketplaces.crossing import Grant
from marketplaces.errors import Rejected, Unauthorized, Unavailable
from marketplaces.inbound import pull
from marketplaces.models import AccessToken, Account, Turn
from tests.fakes import FakePoller, Shop
from tests.marketplaces.engine.conftest import make_fake_account, shop_of

pytestmark = pytest.mark.django_db(transaction=True)
HOUR = timedelta(hours=1)


@pytest.fixture
def account() -> Account:
    return make_fake_account(connector="poller")


@pytest.fixture
def shop(account: Account) -> Shop:
    return shop_of(account)


@pytest.fixture
def held(account: Account, shop: Shop) -> AccessToken:
    return tokens.store(account, shop.grant())


def age(held: AccessToken, left: timedelta) -> None:
    AccessToken.objects.filter(pk=held.pk).update(expires_at=timezone.now() + left)


def together(work: Callable[[], str], *, threads: int) -> list[str | Exception]:
    """What `work` answered in each of so many threads that begin at the same moment."""
    begin = threading.Barrier(threads)

    def run(_: int) -> str | Exception:
        try:
            begin.wait()
            return work()
        except Exception as error:
            return error
        finally:
            connections.close_all()

    with ThreadPoolExecutor(threads) as pool:
        return list(pool.map(run, range(threads)))


def test_a_token_that_lives_is_used_as_it_is(account: Account, shop: Shop, held: AccessToken) -> None:
    assert check(account) == ""

    assert shop.calls == ["check"]


def test_eight_that_need_a_new_token_at_once_get_one_and_the_same(
    account: Account, shop: Shop, held: AccessToken
) -> None:
    age(held, timedelta(seconds=10))
    shop.latency = 0.2

    got = together(lambda: tokens.renew(account.pk), threads=8)

    assert got == ["access-2"] * 8
    assert shop.calls == ["refresh"]


def test_a_refused_token_is_renewed_once_and_the_call_repeated(account: Account, shop: Shop, held: AccessToken) -> None:
    shop.next["check"].append(Unauthorized("Invalid access_token."))

    assert check(account) == ""

    assert shop.calls == ["check", "refresh", "check"]
    assert not Account.objects.get().is_paused


def test_many_calls_that_are_refused_at_once_renew_once(account: Account, shop: Shop, held: AccessToken) -> None:
    shop.grant()
    AccessToken.objects.update(secrets={"access": "access-1", "refresh": "refresh-2"})
    adapter = connect(account)

    checks = [loop.submit(adapter.check()) for _ in range(20)]
    for future in checks:
        future.result(10)

    assert shop.calls.count("refresh") == 1


def test_a_call_that_is_refused_twice_is_refused(account: Account, shop: Shop, held: AccessToken) -> None:
    shop.always["check"] = Unauthorized("Invalid access_token.")

    assert check(account) == "Invalid access_token."

    assert shop.calls == ["check", "refresh", "check"]


def test_the_new_pair_is_stored_before_it_is_used(
    account: Account, shop: Shop, held: AccessToken, monkeypatch: pytest.MonkeyPatch
) -> None:
    age(held, timedelta(seconds=10))
    stored: list[str] = []

    async def check(self: FakePoller, token: str) -> None:
        stored.append(token)
        assert await tokens._aside(lambda: AccessToken.objects.get().secrets["access"]) == token

    monkeypatch.setattr(FakePoller, "_check", check)

    loop.run(connect(account).check(), timeout=10)

    assert stored == ["access-2"]


def test_nothing_of_a_token_can_be_read_in_the_database(account: Account, shop: Shop, held: AccessToken) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT secrets FROM marketplaces_accesstoken")
        (secrets,) = cursor.fetchone()

    assert "access" not in secrets
    assert held.secrets == {"access": "access-1", "refresh": "refresh-1"}


def test_who_comes_second_with_a_spent_token_takes_over_the_newer_pair(
    account: Account, shop: Shop, held: AccessToken, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The other worker was so slow that its turn had ended, and was first all the same."""

    async def be_late(self: FakePoller, refresh_token: str) -> Grant:
        await tokens._aside(lambda: tokens.store(account, shop.grant(), instead_of=held))
        raise Unauthorized("Invalid refresh_token.")

    monkeypatch.setattr(FakePoller, "refresh", be_late)

    assert tokens.renew(account.pk, refused="access-1") == "access-2"
    assert not Account.objects.get().is_paused


def test_a_late_pair_does_not_replace_a_newer_one(account: Account, shop: Shop, held: AccessToken) -> None:
    late, newer = shop.grant(), shop.grant()
    tokens.store(account, newer, instead_of=held)

    kept = tokens.store(account, late, instead_of=held)

    assert kept.secrets["access"] == newer.access_token


def test_an_authorization_that_ended_pauses_the_account_and_says_what_to_do(
    account: Account, shop: Shop, held: AccessToken
) -> None:
    age(held, timedelta(0))
    shop.always["refresh"] = Unauthorized("refresh_token_expired")

    with pytest.raises(Unauthorized):
        tokens.renew(account.pk)

    account.refresh_from_db()
    assert account.pause_reason == Account.Pause.UNAUTHORIZED
    assert "refresh_token_expired" in account.pause_detail
    assert tokens.due() == []


@pytest.mark.parametrize("error", [Unavailable("HTTP 503"), Rejected("Wrong parameters.")])
def test_a_renewal_that_fails_otherwise_is_tried_again_later(
    account: Account, shop: Shop, held: AccessToken, error: Exception
) -> None:
    age(held, timedelta(0))
    shop.next["refresh"].append(error)

    with pytest.raises(Unavailable):
        tokens.renew(account.pk)

    assert not Account.objects.get().is_paused
    assert tokens.renew(account.pk) == "access-2"


def test_an_account_that_was_never_connected_says_so(account: Account, shop: Shop) -> None:
    assert "autorize-a no marketplace" in check(account)
    assert shop.calls == []


def test_where_nobody_has_to_authorize_the_first_token_is_fetched_like_any_other(
    account: Account, shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def grant(self: FakePoller, refresh_token: str) -> Grant:
        assert refresh_token == ""
        return shop.grant()

    monkeypatch.setattr(FakePoller, "refresh", grant)
    monkeypatch.delattr(FakePoller, "authorization_url")

    assert check(account) == ""
    assert AccessToken.objects.get().secrets["access"] == "access-1"


def test_beat_renews_what_ends_soon_also_of_accounts_that_a_person_paused(
    account: Account, shop: Shop, held: AccessToken
) -> None:
    account.pause(Account.Pause.MANUAL)
    assert tokens.due() == []
    age(held, timedelta(minutes=10))
    assert tokens.due() == [account.pk]

    tasks.renew_token(account_id=account.pk)
    tasks.renew_token(account_id=account.pk)

    assert shop.calls == ["refresh"]
    assert tokens.due() == []


def test_a_worker_waits_for_another_ones_renewal_only_so_long(
    account: Account, shop: Shop, held: AccessToken, monkeypatch: pytest.MonkeyPatch
) -> None:
    age(held, timedelta(0))
    monkeypatch.setattr(tokens, "PATIENCE", 0.3)
    Turn.objects.create(name=f"token {account.pk}", token=1, until=timezone.now() + HOUR)

    with pytest.raises(Unavailable):
        tokens.renew(account.pk)

    assert shop.calls == []


def test_a_pull_without_authorization_pauses_the_account(account: Account, shop: Shop) -> None:
    shop.always["list"] = Unauthorized("Invalid access_token.")

    pull(account)

    assert Account.objects.get().pause_reason == Account.Pause.UNAUTHORIZED

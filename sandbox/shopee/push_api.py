"""The app's subscription, and the pushes that never arrived (protocol §8). All of these are public calls."""

from collections.abc import Awaitable, Callable
from typing import Any
from urllib.parse import urlsplit

from sandbox.call import Call
from sandbox.shopee.app import App
from sandbox.shopee.gate import AppHandler, Endpoint
from sandbox.shopee.pushes import CODES
from sandbox.shopee.reply import Refused, Reply, done, ok, required, wrong

Json = dict[str, Any]
Verify = Callable[[str], Awaitable[str]]
BLOCKED_MOST = 500


def set_config(verify: Verify) -> AppHandler:
    """A new callback URL must take a test push within 3 seconds."""

    async def answer(app: App, call: Call) -> Reply:
        on, off = _codes(call, "set_push_config_on"), _codes(call, "set_push_config_off")
        blocked = _numbers(call, "blocked_shop_id_list")
        if blocked is not None and len(blocked) > BLOCKED_MOST:
            raise wrong(f"blocked_shop_id_list must be {BLOCKED_MOST} or less.")
        url = call.document.get("callback_url")
        if url is not None:
            await _check_url(url, verify)
            app.pushes.callback_url = url
        if on and not app.pushes.callback_url:
            raise Refused(
                "error_param",
                "Your app's callback_url is empty, please input a callback_url before you turn on push config.",
            )
        app.pushes.on = (app.pushes.on | set(on)) - set(off)
        app.pushes.blocked = app.pushes.blocked if blocked is None else set(blocked)
        app.pushes.resume()
        call.effects.append("push_config_set")
        return ok({"result": "success"})

    return answer


def get_config(app: App, _call: Call) -> Reply:
    pushes = app.pushes
    answer: Json = {
        "callback_url": pushes.callback_url,
        "live_push_status": pushes.health(now=app.clock.timestamp()),
        "blocked_shop_id": sorted(pushes.blocked),
        "push_config_on_list": sorted(pushes.on),
        "push_config_off_list": sorted(set(CODES) - pushes.on),
    }
    return ok(answer | ({"suspended_time": int(pushes.suspended)} if pushes.suspended else {}))


def lost_messages(app: App, _call: Call) -> Reply:
    """The same page until it is confirmed; `data` is the whole original message as text."""
    page, more = app.pushes.lost_page(now=app.clock.timestamp())
    rows = [{name: row[name] for name in ("shop_id", "code", "timestamp", "data") if name in row} for row in page]
    last = page[-1]["id"] if page else 0
    return ok({"push_message_list": rows, "has_next_page": more, "last_message_id": last})


def confirm_lost(app: App, call: Call) -> Reply:
    last = call.document.get("last_message_id")
    if isinstance(last, bool) or not isinstance(last, int):
        raise required("last_message_id")
    gone = app.pushes.confirm(last)
    call.effects.extend(["lost_confirmed"] if gone else [])
    return done()


def endpoints(verify: Verify) -> tuple[Endpoint, ...]:
    return (
        Endpoint("POST", "/push/set_app_push_config", app=set_config(verify)),
        Endpoint("GET", "/push/get_app_push_config", app=get_config),
        Endpoint("GET", "/push/get_lost_push_message", app=lost_messages, placeholder=True),
        Endpoint("POST", "/push/confirm_consumed_lost_push_message", app=confirm_lost, placeholder=True),
    )


async def _check_url(url: Any, verify: Verify) -> None:
    if not isinstance(url, str) or urlsplit(url).scheme not in ("http", "https") or not urlsplit(url).hostname:
        raise Refused("error_param", "this callback_url is invalid, please check your callback_url.")
    problem = await verify(url)
    if not problem:
        return
    sent = "Shopee have sent a test push to this call back url, "
    if problem.startswith("HTTP"):
        raise Refused(
            "error_param",
            f"{sent}the response code we get from this callback_url is not 2xx code, please check your service.",
        )
    raise Refused(
        "error_param",
        f"{sent}but we didn't get any response in 3 seconds with 2xx code, please check your service. ({problem})",
    )


def _codes(call: Call, name: str) -> list[int]:
    codes = _numbers(call, name) or []
    if unknown := [code for code in codes if code not in CODES]:
        raise wrong(f"{name} has an unknown code {unknown[0]}.")
    return codes


def _numbers(call: Call, name: str) -> list[int] | None:
    found = call.document.get(name)
    if found is not None and (not isinstance(found, list) or not all(isinstance(code, int) for code in found)):
        raise wrong(f"field {name} type error.")
    return found

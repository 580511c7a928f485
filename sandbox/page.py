"""`GET /`: what the marketplaces see, as a page for people."""

from pathlib import Path
from typing import Any

from aiohttp import web

from sandbox.control import errors_as_json, only_from_here, store_of
from sandbox.selling import Seller
from sandbox.world import World

Json = dict[str, Any]
ORDERS_SHOWN = 60
CALLS_SHOWN = 40
_HERE = Path(__file__).parent
_FILES = {
    "/": ("index.html", "text/html"),
    "/page.css": ("page.css", "text/css"),
    "/faces.js": ("faces.js", "text/javascript"),
    "/page.js": ("page.js", "text/javascript"),
}


class Page:
    """The page is static: it asks `/overview/<marketplace>` every other second and acts by `/control/`."""

    def __init__(self, world: World, seller: Seller) -> None:
        self._world = world
        self._seller = seller

    def add_to(self, app: web.Application) -> None:
        for path in _FILES:
            app.router.add_get(path, self._file)
        overview = web.Application(middlewares=[only_from_here, errors_as_json])
        overview.router.add_get("/{face}", self._overview)
        app.add_subapp("/overview/", overview)

    async def _file(self, request: web.Request) -> web.StreamResponse:
        name, content_type = _FILES[request.path]
        files = [_HERE / "web" / name]
        if name == "faces.js":
            files += [_HERE / face / "page.js" for face in self._world.faces]
        text = "".join(file.read_text(encoding="utf-8") for file in files)
        return web.Response(text=text, content_type=content_type, headers={"Cache-Control": "no-cache"})

    async def _overview(self, request: web.Request) -> web.StreamResponse:
        face, store = self._world.face(request.match_info["face"]), store_of(request)
        calls = self._world.ledger.read({"face": face.name, "store": store, "limit": str(CALLS_SHOWN)})
        shown = ("number", "at", "method", "path", "code", "status", "effect", "fault", "body", "answer")
        return web.json_response(
            {
                "now": self._world.clock.now().isoformat(timespec="seconds"),
                "frozen": self._world.clock.frozen,
                "faces": {name: [s["name"] for s in f.stores()] for name, f in self._world.faces.items()},
                "selling": self._seller.state(),
                "faults": self._world.faults.listed(),
                "queue": face.queue(store),
                "orders": face.orders(store, {"limit": str(ORDERS_SHOWN)}),
                "open_orders": face.open_orders(store),
                "calls": [{name: call[name] for name in shown} for call in reversed(calls)],
                "calls_total": self._world.ledger.number,
            }
        )

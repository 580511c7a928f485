"""The simulated marketplaces. A further one is one folder and one line here."""

from collections.abc import Callable

from sandbox.clock import Clock
from sandbox.dafiti.face import Dafiti
from sandbox.face import Face
from sandbox.shopee.face import Shopee
from sandbox.skyhub.face import SkyHub
from sandbox.tiktok.face import TikTokShop


def make_faces(*, clock: Clock, seed: int, touch: Callable[[], None]) -> dict[str, Face]:
    """`touch` is for what changes without a call: it makes the sandbox save."""
    faces: list[Face] = [
        SkyHub(clock=clock, seed=seed),
        Shopee(clock=clock, seed=seed, touch=touch),
        Dafiti(clock=clock, seed=seed, touch=touch),
        TikTokShop(clock=clock, seed=seed, touch=touch),
    ]
    return {face.name: face for face in faces}

"""The simulated marketplaces. A further one is one folder and one line here."""

from sandbox.clock import Clock
from sandbox.face import Face
from sandbox.skyhub.face import SkyHub


def make_faces(*, clock: Clock, seed: int) -> dict[str, Face]:
    faces: list[Face] = [SkyHub(clock=clock, seed=seed)]
    return {face.name: face for face in faces}

"""The sandbox as a whole: clock, ledger, faults, the marketplaces' faces, and what of it is kept on disk."""

import asyncio
import json
import os
from pathlib import Path
from typing import Any

from sandbox.clock import Clock
from sandbox.errors import Invalid, Missing
from sandbox.face import Face
from sandbox.faces import make_faces
from sandbox.faults import Faults
from sandbox.ledger import Ledger

SAVE_EVERY = 0.5


class World:
    """One per process. `touch()` after every change; `keep_saving()` writes it down within half a second."""

    def __init__(self, *, seed: int = 1, directory: Path | None = None) -> None:
        self.seed = seed
        self.clock = Clock()
        self.faults = Faults(seed=seed)
        self.epoch = 0  # counts resets: a call left hanging from before one gives up
        self._snapshot = directory / "sandbox.json" if directory else None
        if directory:
            directory.mkdir(parents=True, exist_ok=True)
        self.ledger = Ledger(path=directory / "ledger.jsonl" if directory else None)
        self._changed = False
        self.faces = make_faces(clock=self.clock, seed=seed, touch=self.touch)
        self._saved = ""
        self._load()

    def face(self, name: str) -> Face:
        if name not in self.faces:
            raise Missing(f"no marketplace {name!r}; known: {', '.join(self.faces)}")
        return self.faces[name]

    def touch(self) -> None:
        self._changed = True

    def reset(self) -> None:
        """Back to the first second: no orders, calls or faults, default stores and switches, real time."""
        self.epoch += 1
        self.clock.reset()
        self.faults.clear()
        self.ledger.clear()
        for face in self.faces.values():
            face.reset()
        self.touch()

    async def keep_saving(self) -> None:
        while True:
            await asyncio.sleep(SAVE_EVERY)
            self.save()

    def save(self) -> None:
        """Replace the snapshot in one step: a reader or a crash finds the old or the new one, never half."""
        if self._snapshot is None or not self._changed:
            return
        self._changed = False
        text = self._dump()
        if text == self._saved:
            return
        draft = self._snapshot.with_suffix(".tmp")
        draft.write_text(text, encoding="utf-8")
        os.replace(draft, self._snapshot)
        self._saved = text

    def close(self) -> None:
        self.save()
        self.ledger.close()

    def _dump(self) -> str:
        faces = ",".join(f"{json.dumps(name)}:{face.dump()}" for name, face in self.faces.items())
        return f'{{"clock":{json.dumps(self.clock.dump())},"faces":{{{faces}}}}}'

    def _load(self) -> None:
        if self._snapshot is None or not self._snapshot.exists():
            return
        try:
            state: dict[str, Any] = json.loads(self._snapshot.read_text(encoding="utf-8"))
        except ValueError as error:
            raise Invalid(f"{self._snapshot} is not a snapshot ({error}); delete it to start afresh") from error
        self.clock.load(state["clock"])
        for name, face in self.faces.items():
            if name in state["faces"]:
                face.load(state["faces"][name])

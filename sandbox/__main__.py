"""`python -m sandbox`: run the simulated marketplaces until SIGTERM or Ctrl-C."""

import argparse
import asyncio
import json
import sys
from pathlib import Path
from typing import Any

from sandbox.errors import ControlError
from sandbox.selling import PACE, Seller
from sandbox.server import serve_until_signaled
from sandbox.world import World


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m sandbox", description=__doc__)
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=8100, help="0 picks a free one")
    parser.add_argument("--state", type=Path, metavar="DIR", help="keep orders, queue and ledger here")
    parser.add_argument("--seed", type=int, default=1, help="same seed, same buyers")
    parser.add_argument("--sell", nargs="*", metavar="MARKETPLACE", help="let buyers buy, everywhere or only there")
    parser.add_argument("--pace", type=float, default=PACE, help="seconds between two sales")
    parser.add_argument(
        "--switch",
        action="append",
        default=[],
        metavar="FACE.NAME=JSON",
        help="a switch of the store demo, for example skyhub.lease_seconds=60",
    )
    return parser.parse_args()


def apply_switches(world: World, settings: list[str]) -> None:
    for setting in settings:
        name, _, text = setting.partition("=")
        face, _, switch = name.partition(".")
        world.face(face).switch("demo", {switch: parsed(text)})


def parsed(text: str) -> Any:
    """JSON where it is JSON; else the word itself, so that `ack_mode=all` needs no quotes."""
    try:
        return json.loads(text)
    except ValueError:
        return text


def main() -> None:
    options = arguments()
    try:
        world = World(seed=options.seed, directory=options.state)
        apply_switches(world, options.switch)
        asyncio.run(
            serve_until_signaled(
                world=world,
                seller=Seller(world, only=options.sell or ()),
                host=options.host,
                port=options.port,
                pace=None if options.sell is None else options.pace,
            )
        )
    except ControlError as error:
        sys.exit(f"sandbox: {error}")
    except OSError as error:
        sys.exit(f"sandbox: {error}; choose another port with --port or another directory with --state")


if __name__ == "__main__":
    main()

"""Interleaved rounds and their medians: what is compared runs in turns, so that noise hits all alike."""

import gc
import json
import os
import time
from collections.abc import Callable, Mapping
from statistics import median

QUICK = os.environ.get("QUICK") == "1"

#: Prepares outside the clock and returns what is timed, which returns how many things it did.
Variant = Callable[[], Callable[[], int]]


def rates(variants: Mapping[str, Variant], *, rounds: int = 5) -> dict[str, float]:
    """Run every variant once a round; median things per second by name."""
    measured: dict[str, list[float]] = {name: [] for name in variants}
    for _ in range(rounds):
        for name, prepare in variants.items():
            run = prepare()
            gc.collect()
            gc.freeze()  # what was prepared is not part of the work, nor is looking through it for garbage
            started = time.perf_counter()
            done = run()
            measured[name].append(done / (time.perf_counter() - started))
    return {name: median(values) for name, values in measured.items()}


def table(title: str, rows: Mapping[str, float], *, unit: str, base: str) -> None:
    """Print rates, and each as a multiple of `base`."""
    print(f"\n{title:<36}{unit:>12}{'ratio':>10}")
    for name, rate in rows.items():
        print(f"  {name:<34}{rate:>12,.1f}{rate / rows[base]:>10.2f}", flush=True)


def result(**ratios: float) -> None:
    """The line that machines read."""
    print("RESULT " + json.dumps({name: round(ratio, 2) for name, ratio in ratios.items()}))

"""Python's search for garbage: rarer than by default, and not in what was loaded for good."""

import gc

#: Objects made and kept between two searches. With the default of 700, which a page of orders makes many times over,
#: a fifth of a busy worker's time went into looking.
BETWEEN = 20_000


def settle() -> None:
    """Once in each long-lived process, when all is loaded."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(BETWEEN)

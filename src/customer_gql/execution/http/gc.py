"""The cyclic garbage collector, set for a service: objects of the start are permanent, and answers make no cycles."""

import gc
from typing import Final

THRESHOLD: Final = (50_000, 20, 50)


def freeze_gc() -> None:
    """Call once when everything is loaded.

    An answer consists of thousands of small dicts that are freed without the collector. With the default thresholds it
    would visit all living objects several times for each answer, and find nothing.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(*THRESHOLD)

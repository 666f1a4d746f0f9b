"""The cyclic garbage collector, set for a service: objects of the start are permanent, and answers make few cycles."""

import gc
from typing import Final

THRESHOLD: Final = (10_000, 3, 1_000)
"""The first two bound a pause: compiling a filter leaves thousands of objects in cycles, and 10,000 take about 10 ms to free.
The third makes it rare that all living objects are visited."""


def freeze_gc() -> None:
    """Call once when everything is loaded.

    An answer consists of thousands of small dicts that are freed without the collector. With the default thresholds it
    would visit all living objects several times for each answer, and find nothing.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(*THRESHOLD)

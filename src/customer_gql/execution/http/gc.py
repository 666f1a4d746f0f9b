"""The collector of cycles, set for a service: what is there at the start stays, and answers make no cycles."""

import gc


def freeze_gc() -> None:
    """Call once when everything is loaded. An answer is thousands of small dicts that die without the collector;
    with the default thresholds it looks through all that lives, several times for each answer, and finds nothing."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 50)

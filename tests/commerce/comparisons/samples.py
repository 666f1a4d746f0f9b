"""Samples of comparisons for the tests that walk the whole graph."""

_CHANGES = ("compareItemsAdd", "compareItemsRemove", "compareItemsClear", "productViewRecord")
UNRECORDED = dict.fromkeys(_CHANGES, "of what shoppers browse; no history is kept of that")

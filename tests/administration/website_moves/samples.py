"""Samples of moves for the tests that walk the whole graph."""

from support.calls import by_input

CALLS = {"accountSharingSet": [by_input(lambda _: {"sharing": "GLOBAL"})]}
UNRECORDED = {"accountSharingSet": "a setting of the shop, in the history of staff"}

"""Samples of moves for the tests that walk the whole graph."""

from support.calls import by_input

NOT_PERSONAL = {"WebsiteMoveStep.message": "a sentence about what happens, which names nobody"}
CALLS = {"accountSharingSet": [by_input(lambda _: {"sharing": "GLOBAL"})]}
UNRECORDED = {"accountSharingSet": "a setting of the shop, in the history of staff"}

"""Samples of the configuration for the tests that walk the whole graph."""

from support.calls import by_input

CALLS = {
    "configuration": [
        lambda ids: {"scope": {"websiteId": ids["web"]}},
        lambda ids: {"scope": {"storeViewId": ids["stv"]}},
    ],
    "configurationSet": [
        by_input(lambda ids: {"path": "walk.lines", "value": 3, "scope": {"websiteId": ids["web"]}}),
        by_input(lambda ids: {"path": "walk.lines", "value": 3, "scope": {"storeViewId": ids["stv"]}}),
    ],
    "configurationReset": [
        by_input(lambda ids: {"path": "walk.lines", "scope": {"websiteId": ids["web"]}}),
        by_input(lambda ids: {"path": "walk.lines", "scope": {"storeViewId": ids["stv"]}}),
    ],
}
UNRECORDED = dict.fromkeys(("configurationSet", "configurationReset"), "in the history of staff")

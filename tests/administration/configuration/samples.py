"""Samples of the configuration for the tests that walk the whole graph."""

from support.calls import by_input
from support.configuration import form

CALLS = {
    "configuration": [
        lambda ids: {"scope": {"websiteId": ids["web"]}},
        lambda ids: {"scope": {"storeViewId": ids["stv"]}},
    ],
    "configurationUpdate": [
        by_input(lambda ids: form({"walk.lines": 3}, scope={"websiteId": ids["web"]})),
        by_input(lambda ids: form({}, ["walk.lines"], scope={"storeViewId": ids["stv"]})),
    ],
}
UNRECORDED = {"configurationUpdate": "in the history of staff"}

"""What the tests that walk the whole graph need to know of this slice."""

from typing import Any

from support.access_walk import Ids


def ask(ids: Ids) -> dict[str, Any]:
    return {"fromOn": "2026-12-24", "toOn": "2026-12-25", "websiteId": ids["web"]}


CALLS = {"dailyFigures": [ask]}

"""Sums up what the transactions of customers and orders add to the figures of each quarter of an hour."""

import datetime as dt
from typing import Final

from customer_gql.core.clock import read_clock
from customer_gql.messaging.jobs.work import Schedule, Tools
from customer_gql.shop.daily_figures.writes import fold_figures

_LATELY: Final = dt.timedelta(hours=6)
_EVER: Final = dt.datetime.min.replace(tzinfo=dt.UTC)


async def fold_recent_figures(tools: Tools) -> None:
    async with tools.database.transaction() as connection:
        await fold_figures(connection, since=read_clock() - _LATELY)


async def fold_all_figures(tools: Tools) -> None:
    """Older quarters, too: imports and other systems add to them."""
    async with tools.database.transaction() as connection:
        await fold_figures(connection, since=_EVER)


WORK: Final = (
    Schedule("figures.fold_recent", "* * * * *", fold_recent_figures),
    Schedule("figures.fold_all", "41 4 * * *", fold_all_figures),
)

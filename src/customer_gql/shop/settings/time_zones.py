"""Days of a website begin and end by its time zone (docs/domain/pricing.md#pricing-5)."""

import datetime as dt
from functools import cache
from typing import Final
from zoneinfo import ZoneInfo, available_timezones

from customer_gql.core.clock import read_clock
from customer_gql.core.errors import Refusal
from customer_gql.database.statements import Connection
from customer_gql.loading.reader import Reader

from .declaration import WEBSITE, Setting
from .loaded_values import load_setting
from .reads import setting

_ZONE_UNKNOWN: Final = Refusal("setting.zone_unknown", "Enter a time zone such as Europe/Berlin.")


@cache
def _known_zones() -> frozenset[str]:
    """Reads the names of files, once."""
    return frozenset(available_timezones())


def _validate_zone(name: str) -> None:
    if name not in _known_zones():
        raise _ZONE_UNKNOWN(path=["value"])


TIME_ZONE: Final = Setting(
    "websites.time_zone",
    "UTC",
    WEBSITE,
    "Time zone of a website, such as `Europe/Berlin`: the days of its special prices and rules begin and end by it.",
    validate=_validate_zone,
    label="Time zone",
)


def find_local_date(zone: str, at: dt.datetime | None = None) -> dt.date:
    """The date in a time zone, at a time or now; at an end of the calendar that of UTC, where the zone has none."""
    time = read_clock() if at is None else at
    try:
        return time.astimezone(ZoneInfo(zone)).date()
    except OverflowError:
        return time.date()


async def load_time_zone(reader: Reader, website_id: int | None) -> str:
    """That of a website, or of the shop, once for all fields of a request that ask."""
    return await load_setting(reader, TIME_ZONE, website_id)


async def find_time_zone(connection: Connection, website_id: int) -> str:
    return await setting(connection, TIME_ZONE, website_id=website_id)

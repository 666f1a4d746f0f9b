"""What a slice declares in its `seed.py` to fill the demo shop.

Rows are given by column name. They depend on nothing but what is passed in, so that the same seed gives the same shop.
Only the demo imports these modules.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import IntEnum
from operator import itemgetter
from typing import Any, Final, TypeAlias, TypeVar, cast

from sqlalchemy import Table

from customer_gql.core.ids import COUNTER_BITS, EPOCH_MS

T = TypeVar("T")
ToRecord: TypeAlias = Callable[[Mapping[str, Any]], tuple[Any, ...]]


def _values_in_order(row: Mapping[str, Any]) -> tuple[Any, ...]:
    return tuple(row.values())


class TableRows:
    """Rows of one table, given by column name and kept as records for COPY, which take a third of the memory.

    The first row decides which columns there are.
    """

    __slots__ = ("_to_record", "columns", "records")

    def __init__(self) -> None:
        self.columns: tuple[str, ...] = ()
        self.records: list[tuple[Any, ...]] = []
        self._to_record: ToRecord = _values_in_order

    def append(self, row: Mapping[str, Any]) -> None:
        """Raises `KeyError` or `ValueError` for a row of other columns than the first one's."""
        if not self.records:
            self.columns = tuple(row)
            self._to_record = cast("ToRecord", itemgetter(*self.columns))
        elif len(row) != len(self.columns):
            raise ValueError(f"This row has {', '.join(row)}; the first one had {', '.join(self.columns)}.")
        self.records.append(self._to_record(row))

    def extend(self, rows: Iterable[Mapping[str, Any]]) -> None:
        for row in rows:
            self.append(row)

    def values_of(self, column: str) -> list[Any]:
        return list(map(itemgetter(self.columns.index(column)), self.records))


Rows: TypeAlias = dict[Table, TableRows]


@dataclass(frozen=True, slots=True)
class ShopSeed:
    """Rows of the shop itself, made once: websites, groups, products. `add` is told when the shop opened."""

    tables: tuple[Table, ...]
    add: Callable[[datetime, Rows], None]


class Stage(IntEnum):
    """When the rows of a customer are made. Slices of one stage follow each other in the order of the list of slices."""

    ACCOUNT = 1
    CONTACT = 2
    """Addresses and subscriptions: orders go to an address."""
    SHOPPING = 3
    ACTIVITY = 4
    """After everything that tells when the customer was last seen."""


@dataclass(frozen=True, slots=True)
class CustomerSeed:
    """Rows of one customer. `add` appends them, and notes on the shopper what later slices need to know."""

    tables: tuple[Table, ...]
    add: Callable[[Any, Rows], None]
    stage: Stage = Stage.SHOPPING


EPOCH: Final = datetime.fromtimestamp(EPOCH_MS / 1000, UTC)
"""Times are counted in milliseconds from the instant that ids are counted from, so that a row's id is made of its time."""
SECOND: Final = 1000
MINUTE: Final = 60 * SECOND
HOUR: Final = 60 * MINUTE
DAY: Final = 24 * HOUR

_COUNTERS: Final = (1 << COUNTER_BITS) - 1


def to_datetime(milliseconds: int) -> datetime:
    return EPOCH + timedelta(milliseconds=milliseconds)


def to_milliseconds(moment: datetime) -> int:
    return (moment - EPOCH) // timedelta(milliseconds=1)


def compose_id(milliseconds: int, counter: int) -> int:
    return milliseconds << COUNTER_BITS | counter & _COUNTERS


def expand_weights(weights: Mapping[T, int]) -> tuple[T, ...]:
    """Each value as often as its weight: picking one is one look-up, much cheaper than `random.choices`."""
    return tuple(value for value, weight in weights.items() for _ in range(weight))

"""Options of an import, as they are stored with it."""

from collections.abc import Mapping
from typing import Any, Final

import orjson

from customer_gql.administration.customer_import.reading.dates import DateOrder
from customer_gql.administration.customer_import.reading.options import (
    EMPTY_VALUE,
    VALUE_SEPARATOR,
    ReadOptions,
)
from customer_gql.administration.customer_import.tables import EmptyCells, ImportDateOrder

ALLOWED_ERRORS: Final = 10
_ORDERS: Final = {ImportDateOrder.DMY.value: DateOrder.DMY, ImportDateOrder.MDY.value: DateOrder.MDY}


def read_options(stored: str) -> ReadOptions:
    options: Mapping[str, Any] = orjson.loads(stored)
    return ReadOptions(
        delimiter=options.get("field_separator"),
        dates=_ORDERS.get(options.get("date_order") or ""),
        empty_value=options.get("empty_value") or EMPTY_VALUE,
        value_separator=options.get("multiple_value_separator") or VALUE_SEPARATOR,
        keeps_empty_cells=options.get("empty_cells") == EmptyCells.KEEP.value,
    )


def allowed_errors(stored: str) -> int:
    return int(orjson.loads(stored).get("allowed_error_count", ALLOWED_ERRORS))


def sends_welcome_mail(stored: str) -> bool:
    return bool(orjson.loads(stored).get("sends_welcome_mail"))

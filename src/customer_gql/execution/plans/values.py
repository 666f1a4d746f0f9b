"""Ids and money by the column: what their declarations make of a row, without an object in between."""

from collections.abc import Callable, Sequence
from typing import Any

from customer_gql.core.ids import NodeId
from customer_gql.core.scalars import Amount, major, major_text

from .leaves import Column
from .running import GaveUp
from .selecting import Columns, Selection, Show

Taken = Callable[[Columns], list[Sequence[Any]]]


def ids(declared: NodeId, taken: Taken) -> Show:
    """`core.ids.encode` for a level."""
    pattern = f"{declared.prefix}_" + "%016x" * len(declared.columns)
    if len(declared.columns) == 1:
        return lambda columns: list(map(pattern.__mod__, taken(columns)[0]))
    return lambda columns: list(map(pattern.__mod__, zip(*taken(columns), strict=True)))


def moneys(declared: Amount, taken: Taken, selection: Selection, *, nullable: bool) -> Show:
    """`Amount.of` for a level, and what the document shows of it."""
    assert len(declared.columns) == 2

    def show(columns: Columns) -> Column:
        amounts, currencies = taken(columns)
        if None not in amounts:
            return selection.of_columns(amount=_texts(amounts, currencies), currency=currencies)
        if not nullable:
            raise GaveUp
        there = [i for i, amount in enumerate(amounts) if amount is not None]
        amounts = [amounts[i] for i in there]
        currencies = [currencies[i] for i in there]
        shown = selection.of_columns(amount=_texts(amounts, currencies), currency=currencies)
        all_shown: list[Any] = [None] * len(columns[-1])
        for i, money in zip(there, shown, strict=True):
            all_shown[i] = money
        return all_shown

    return show


def _texts(amounts: Sequence[Any], currencies: Sequence[str]) -> list[str]:
    if set(map(type, amounts)) <= {int}:
        return list(map(major_text, amounts, currencies))
    return [str(major(amount, currency)) for amount, currency in zip(amounts, currencies, strict=True)]

"""Ids and money in written text: what their declarations make of a row, without an object in between."""

from collections.abc import Sequence
from typing import Any

from customer_gql.core.money import major, major_text
from customer_gql.graph.nodes import NodeId
from customer_gql.graph.scalars import Amount

from .arguments import GaveUp
from .writing import Access, Constants, Text


def id_text(declared: NodeId) -> Text:
    """`core.ids.encode`."""

    def text(access: Access, constants: Constants) -> str:
        keys = "".join(f"{{{access(column)}:016x}}" for column in declared.columns)
        return f'f"{{{constants(declared.prefix)}}}_{keys}"'

    return text


def money_text(declared: Amount, fields: Sequence[tuple[str, Text]], *, nullable: bool) -> Text:
    """`Amount.of`, and the fields of it that the document shows; they reach its attributes `amount` and `currency`."""
    amount, currency = declared.columns

    def text(access: Access, constants: Constants) -> str:
        within = {"amount": "a", "currency": access(currency)}
        items = ", ".join(f"{constants(name)}: {field(within.__getitem__, constants)}" for name, field in fields)
        absent = "None" if nullable else f"{constants(_refuse)}()"
        return f"({absent} if (a := {access(amount)}) is None else {{{items}}})"

    return text


def amount_text(access: Access, constants: Constants) -> str:
    """The amount of a money whose two columns are reached by its attributes."""
    return f"{constants(_amount)}({access('amount')}, {access('currency')})"


def _amount(amount: Any, currency: str) -> str:
    return major_text(amount, currency) if type(amount) is int else str(major(amount, currency))


def _refuse() -> None:
    raise GaveUp

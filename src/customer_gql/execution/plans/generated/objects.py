"""Expressions for ids, money and `__typename`: written from their declarations, without an object in between."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from graphql import GraphQLObjectType

from customer_gql.core.money import format_amount
from customer_gql.execution.plans.errors import FallBack
from customer_gql.graph.nodes import NodeId
from customer_gql.graph.scalars import DeclaredMoney

from .functions import AttributeAccess, Constants, NamedExpression


@dataclass(frozen=True, slots=True)
class TypenameExpression:
    object_type: GraphQLObjectType

    def __call__(self, _access: AttributeAccess, constants: Constants) -> str:
        return constants(self.object_type.name)


@dataclass(frozen=True, slots=True)
class IdExpression:
    """The same as `core.ids.encode_id`."""

    declared: NodeId

    def __call__(self, access: AttributeAccess, constants: Constants) -> str:
        keys = "".join(f"{{{access(column)}:016x}}" for column in self.declared.columns)
        return f'f"{{{constants(self.declared.prefix)}}}_{keys}"'


@dataclass(frozen=True, slots=True)
class MoneyExpression:
    """The selected fields of a money; their expressions access its attributes `amount` and `currency`."""

    declared: DeclaredMoney
    fields: Sequence[NamedExpression]
    nullable: bool

    def __call__(self, access: AttributeAccess, constants: Constants) -> str:
        amount, currency = self.declared.columns
        attributes = {"amount": "a", "currency": access(currency)}
        items = ", ".join(
            f"{constants(name)}: {expression(attributes.__getitem__, constants)}" for name, expression in self.fields
        )
        absent = "None" if self.nullable else f"{constants(_fall_back)}()"
        return f"({absent} if (a := {access(amount)}) is None else {{{items}}})"


def amount_expression(access: AttributeAccess, constants: Constants) -> str:
    """`Money.amount`, from the attributes of `MoneyExpression`."""
    return f"{constants(_format_amount)}({access('amount')}, {access('currency')})"


def _format_amount(amount: Any, currency: str) -> str:
    return format_amount(amount if type(amount) is int else int(amount), currency)


def _fall_back() -> None:
    raise FallBack

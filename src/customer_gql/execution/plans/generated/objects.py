"""Expressions for ids, money and `__typename`: written from their declarations, without an object in between."""

from collections.abc import Sequence
from typing import Any

from graphql import GraphQLObjectType

from customer_gql.core.money import format_amount
from customer_gql.execution.plans.errors import FallBack
from customer_gql.graph.nodes import NodeId
from customer_gql.graph.scalars import DeclaredMoney

from .functions import AttributeAccess, Constants, FieldExpression, NamedExpression


def typename_expression(object_type: GraphQLObjectType) -> FieldExpression:
    return lambda _access, constants: constants(object_type.name)


def id_expression(declared: NodeId) -> FieldExpression:
    """The same as `core.ids.encode`."""

    def write_id(access: AttributeAccess, constants: Constants) -> str:
        keys = "".join(f"{{{access(column)}:016x}}" for column in declared.columns)
        return f'f"{{{constants(declared.prefix)}}}_{keys}"'

    return write_id


def money_expression(declared: DeclaredMoney, fields: Sequence[NamedExpression], *, nullable: bool) -> FieldExpression:
    """The selected fields of a money; their expressions access its attributes `amount` and `currency`."""
    amount, currency = declared.columns

    def write_money(access: AttributeAccess, constants: Constants) -> str:
        attributes = {"amount": "a", "currency": access(currency)}
        items = ", ".join(
            f"{constants(name)}: {expression(attributes.__getitem__, constants)}" for name, expression in fields
        )
        absent = "None" if nullable else f"{constants(_fall_back)}()"
        return f"({absent} if (a := {access(amount)}) is None else {{{items}}})"

    return write_money


def amount_expression(access: AttributeAccess, constants: Constants) -> str:
    """`Money.amount`, from the attributes of `money_expression`."""
    return f"{constants(_format_amount)}({access('amount')}, {access('currency')})"


def _format_amount(amount: Any, currency: str) -> str:
    return format_amount(amount if type(amount) is int else int(amount), currency)


def _fall_back() -> None:
    raise FallBack

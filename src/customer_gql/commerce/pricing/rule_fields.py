"""Fields that catalog and cart price rules have in common."""

import asyncio
from typing import Any

import orjson
import strawberry
from strawberry.scalars import JSON

from customer_gql.graph.context import Info
from customer_gql.shop.groups.reads import groups_by_id
from customer_gql.shop.groups.types import CustomerGroup
from customer_gql.shop.websites.reads import websites_by_id
from customer_gql.shop.websites.types import Website


def rule_condition(description: str) -> Any:
    return strawberry.field(resolver=_parse_condition, graphql_type=JSON | None, description=description)


def rule_websites() -> Any:
    return strawberry.field(
        resolver=_load_websites,
        graphql_type=list[Website],
        description="Websites on which the rule applies, of one currency.",
        metadata={"assumed": 3},
    )


def rule_groups() -> Any:
    return strawberry.field(
        resolver=_load_groups,
        graphql_type=list[CustomerGroup],
        description="Groups for which the rule applies.",
        metadata={"assumed": 3},
    )


def _parse_condition(root: Any) -> Any:
    return orjson.loads(root.condition) if isinstance(root.condition, str) else root.condition


async def _load_websites(root: Any, info: Info) -> list[Any]:
    found = await asyncio.gather(*[info.context.load(websites_by_id, id) for id in root.website_ids])
    return [row for row in found if row is not None]


async def _load_groups(root: Any, info: Info) -> list[Any]:
    found = await asyncio.gather(*[info.context.load(groups_by_id, id) for id in root.group_ids])
    return [row for row in found if row is not None]

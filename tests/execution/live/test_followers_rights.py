"""Every subscription says who may follow, and keeps to it."""

import datetime as dt
from typing import Any

import pytest

from customer_gql.core.ids import encode_id
from customer_gql.core.permissions import ALL_PERMISSIONS
from customer_gql.customers.accounts.writes import issue_customer_token
from customer_gql.schema import admin
from support.customers import make_customer
from support.live import settled, streaming

DECLARED = {
    admin.schema.config.name_converter.get_graphql_name(field): field.metadata
    for field in admin.schema.subscription.__strawberry_definition__.fields  # pyright: ignore
}
ARGUMENTS = {"jobChanged": f'(id: "{encode_id("job", 1)}")'}
CREATE = "mutation C($input: ServiceTokenCreateInput!) { serviceTokenCreate(input: $input) { token } }"


def document(name: str) -> str:
    return f"subscription {{ {name}{ARGUMENTS.get(name, '')} {{ __typename }} }}"


@pytest.mark.parametrize("name", [name for name, declared in DECLARED.items() if "permission" in declared])
async def test_who_follows_needs_the_permission_of_the_root(name: str, live_app: Any, staff: Any):
    permission = DECLARED[name]["permission"]
    _, token = await staff([one for one in ALL_PERMISSIONS if one != permission])
    app = live_app()
    async with streaming(app, token, document(name)) as stream:
        refused = {"code": "FORBIDDEN", "permission": str(permission)}
        assert (await stream.data())["errors"][0]["extensions"] == refused
        assert await stream.event() == {"event": "complete", "data": ""}
    assert settled(app)


def test_a_root_without_a_permission_is_for_owners():
    assert {name: one["viewer"] for name, one in DECLARED.items() if "permission" not in one} == {"jobChanged": "owner"}


@pytest.mark.parametrize("name", DECLARED)
async def test_customers_follow_nothing(name: str, live_app: Any, connection: Any):
    token = await issue_customer_token(connection, (await make_customer(connection)).id)
    async with streaming(live_app(), token, document(name)) as stream:
        assert stream.status == 401


async def test_programs_follow_with_a_token_of_their_own(live_app: Any, admin_client: Any):
    ends = dt.datetime.now(dt.UTC) + dt.timedelta(days=30)
    input = {"name": "Follower", "permissions": ["EVENTS_READ"], "expiresAt": ends.isoformat()}
    token = (await admin_client.data(CREATE, input=input))["serviceTokenCreate"]["token"]
    app = live_app()
    async with streaming(app, token, document("eventPublished")) as stream:
        assert stream.status == 200
        [watched] = app.state.streams.rights._watched
        assert watched.token == token
    assert settled(app)

"""Which event each thing done to a customer causes; a mutation of several causes one for each."""

import pytest

from customer_gql.customers.accounts.registration.settings import DELETION
from customer_gql.schema import admin, storefront
from support.changes import Changes, Scene
from support.clients import Client
from support.shopping import DELETE, PASSWORD
from support.slice_samples import merge

CHANGES: Changes = merge("CHANGES")

CAUSES = [
    ("signUp", ["customer.created", "customer.subscribed"]),
    ("emailConfirm", ["customer.email_confirmed"]),
    ("signIn", ["customer.signed_in"]),
    ("signOut", ["customer.signed_out"]),
    ("sessionRevoke", ["customer.signed_out"]),
    ("passwordChange", ["customer.password_changed"]),
    ("passwordReset", ["customer.password_changed"]),
    ("emailChangeConfirm", ["customer.email_changed"]),
    ("meDeleteRequest", ["customer.deleted"]),
    ("meUpdate", ["customer.updated"]),
    ("loginAsExchange", ["customer.impersonation_started"]),
    ("addressCreate", ["customer.address_created"]),
    ("addressUpdate", ["customer.address_updated"]),
    ("addressDelete", ["customer.address_deleted"]),
    ("newsletterSubscribe", ["customer.subscribed"]),
    ("newsletterUnsubscribe", ["customer.unsubscribed"]),
    ("customerForceSignIn", ["customer.forced_sign_in"]),
    ("customerLock", ["customer.locked"]),
    ("customerUnlock", ["customer.unlocked"]),
    ("customerActivate", ["customer.activated"]),
    ("customerDeactivate", ["customer.deactivated"]),
    ("impersonationEnd", ["customer.impersonation_ended"]),
    ("customerQuickEdit", ["customer.updated"]),
    ("storeCreditAdjust", ["customer.store_credit_adjusted"]),
    ("rewardPointsAdjust", ["customer.reward_points_adjusted"]),
]


@pytest.fixture
async def scene(connection, shopper, browser, admin_client):
    guest = await browser()
    return Scene(connection, shopper, guest, Client(guest.http, "/admin/graphql", admin_client.token))


def input_type(name):
    for schema in (admin.schema._schema, storefront.schema._schema):
        assert schema.mutation_type is not None
        if name in schema.mutation_type.fields:
            given = schema.mutation_type.fields[name].args.get("input")
            return None if given is None else str(given.type)
    raise AssertionError(name)


async def do(name, deed):
    """Call the mutation as the deed says."""
    kind = input_type(name)
    if kind is None:
        document, variables = f"mutation M {{ {name} {{ userErrors {{ code }} }} }}", {}
    else:
        document = f"mutation M($input: {kind}) {{ {name}(input: $input) {{ userErrors {{ code }} }} }}"
        variables = {} if deed.input is None else {"input": deed.input}
    assert await deed.client.data(document, **variables) == {name: {"userErrors": []}}


async def types_after(connection, newest):
    rows = await connection.fetch("SELECT type FROM domain_event WHERE id > $1 ORDER BY id", newest)
    return [row.type for row in rows]


@pytest.mark.parametrize(("name", "types"), CAUSES, ids=[name for name, _ in CAUSES])
async def test_a_mutation_causes_its_events(name, types, scene, connection, settled):
    make, _, _ = CHANGES[name][0]
    deed = await make(scene)
    await settled()
    newest = await connection.fetchval("SELECT coalesce(max(id), 0) FROM domain_event")
    await do(name, deed)
    await settled()
    assert await types_after(connection, newest) == types


async def test_a_customer_may_have_to_ask_for_deletion(shopper, signed_in, connection, configured):
    await configured(DELETION, "BY_STAFF")
    device = await signed_in(await shopper())
    newest = await connection.fetchval("SELECT max(id) FROM domain_event")
    await device.data(DELETE, input={"currentPassword": PASSWORD})
    assert await types_after(connection, newest) == ["customer.deletion_requested"]

"""Which event each thing done to a customer causes; a mutation of several causes one for each."""

import pytest

from commerce.checkout.buying import ADD, call, complete
from customer_gql.commerce.catalog.tables import product_website
from customer_gql.commerce.orders.archive.settings import ARCHIVE_ENABLED
from customer_gql.commerce.orders.documents.tables import invoice
from customer_gql.commerce.orders.tables import shipment
from customer_gql.core.ids import encode_id, new_id
from customer_gql.customers.accounts.registration.settings import DELETION
from customer_gql.customers.accounts.writes import issue_customer_token
from customer_gql.messaging.events.event_types import EVENT_TYPES, event_type_by_history_kind
from customer_gql.schema import admin, storefront
from customer_gql.shop.settings.declaration import GLOBAL
from customer_gql.shop.settings.writes import set_value
from support.changes import Change, Changes, Scene, by_staff
from support.clients import Client
from support.companies import company_id, make_company, make_member
from support.customers import customer_id, make_order, make_product, put
from support.jobs import group
from support.shopping import DELETE, PASSWORD
from support.slice_samples import merge
from support.staff import make_website

CHANGES: Changes = merge("CHANGES")

CAUSES = [
    ("signUp", ["customer.created", "customer.subscribed"]),
    ("emailConfirm", ["customer.confirmed"]),
    ("signIn", ["customer.signed_in"]),
    ("signOut", ["customer.signed_out"]),
    ("sessionRevoke", ["customer.signed_out"]),
    ("passwordChange", ["customer.password_changed"]),
    ("passwordReset", ["customer.password_changed"]),
    ("emailChangeConfirm", ["customer.email_changed"]),
    ("meDeleteRequest", ["customer.deleted"]),
    ("meUpdate", ["customer.updated"]),
    ("loginAsExchange", ["customer.impersonated"]),
    ("addressCreate", ["customer.address_changed"]),
    ("addressUpdate", ["customer.address_changed"]),
    ("addressDelete", ["customer.address_changed"]),
    ("newsletterSubscribe", ["customer.subscribed"]),
    ("newsletterUnsubscribe", ["customer.unsubscribed"]),
    ("customerSessionRevoke", ["customer.signed_out"]),
    ("customerForceSignIn", ["customer.sessions_ended"]),
    ("customerLock", ["customer.locked"]),
    ("customerUnlock", ["customer.unlocked"]),
    ("customerActivate", ["customer.activated"]),
    ("customerDeactivate", ["customer.deactivated"]),
    ("impersonationEnd", ["customer.impersonation_ended"]),
    ("customerTagsAdd", ["customer.tags_changed"]),
    ("customerTagsRemove", ["customer.tags_changed"]),
    ("customerCreate", ["customer.created"]),
    ("customerUpsert", ["customer.created"]),
    ("customerDelete", ["customer.deleted"]),
    ("customerConfirm", ["customer.confirmed"]),
    ("emailChangeUndo", ["customer.email_changed"]),
    ("customerAddressCreate", ["customer.address_changed"]),
    ("customerQuickEdit", ["customer.updated"]),
    ("storeCreditAdjust", ["customer.store_credit_changed"]),
    ("rewardPointsAdjust", ["customer.reward_points_changed"]),
    ("companyCreate", ["customer.updated", "customer.group_changed", "company.created"]),
    ("companyUpdate", ["customer.updated", "customer.group_changed", "company.updated"]),
    ("companyDelete", ["customer.updated", "company.deleted"]),
    ("companyActivate", ["customer.activated", "company.status_changed"]),
    ("companyMemberAdd", ["customer.updated", "company.member_added"]),
    ("companyMemberRemove", ["customer.updated", "company.member_removed"]),
    ("companyMemberUpdate", ["company.updated"]),
]


async def move(scene):
    row = await scene.shopper()
    other = await make_website(scene.connection)
    return Change(scene.staff, {"id": customer_id(row), "websiteId": encode_id("web", other)}, row)


async def subscribe_by_job(scene):
    row = await scene.shopper()
    return Change(scene.staff, {"action": "SUBSCRIBE", "selection": {"ids": [customer_id(row)]}}, row)


async def archive_by_job(scene):
    async with scene.connection.transaction():
        await set_value(scene.connection, ARCHIVE_ENABLED, True, scope=GLOBAL, scope_id=0)
    row = await scene.shopper()
    order = await make_order(scene.connection, row, [await make_product(scene.connection)])
    selection = {"ids": [encode_id("ord", order.customer_id, order.id)]}
    return Change(scene.staff, {"action": "ARCHIVE", "selection": selection}, row)


async def restore_by_job(scene):
    row = await scene.shopper()
    order = await make_order(scene.connection, row, [], archived_at=row.created_at)
    selection = {"ids": [encode_id("ord", order.customer_id, order.id)]}
    return Change(scene.staff, {"action": "RESTORE", "selection": selection}, row)


async def hand_over(scene):
    employer, row = await make_company(scene.connection), await scene.shopper()
    await make_member(scene.connection, employer, row)
    return Change(scene.staff, {"companyId": company_id(employer), "customerId": customer_id(row)}, row)


def on_an_order(**input):
    """What staff do to a new order of a customer."""

    async def make(scene):
        row = await scene.shopper()
        order = await make_order(scene.connection, row, [await make_product(scene.connection)], state="NEW")
        id = encode_id("ord", order.customer_id, order.id)
        key = {"orderId": id, "idempotencyKey": "cause"} if input.get("documents") else {"id": id}
        return Change(
            scene.staff, {**key, **{name: value for name, value in input.items() if name != "documents"}}, row
        )

    return make


def on_a_document(prefix):
    """What staff do to an open invoice, or to a shipment."""

    async def make(scene):
        row = await scene.shopper()
        order = await make_order(scene.connection, row, [await make_product(scene.connection)], state="NEW")
        key = {"customer_id": row.id, "order_id": order.id, "id": new_id()}
        id = encode_id(prefix, row.id, order.id, key["id"])
        if prefix == "shp":
            await put(scene.connection, shipment, **key, shipped_at=row.created_at)
            return Change(scene.staff, {"shipmentId": id, "carrier": "DHL", "number": "1"}, row)
        amounts = dict.fromkeys(("subtotal", "grand_total"), 1990)
        amounts |= dict.fromkeys(("discount_total", "shipping_total", "tax_total"), 0)
        await put(scene.connection, invoice, **key, number=id, state="OPEN", currency="USD", **amounts)
        return Change(scene.staff, {"id": id}, row)

    return make


async def fill_cart(scene):
    row, product = await scene.shopper(), await make_product(scene.connection)
    await put(scene.connection, product_website, product_id=product.id, website_id=row.website_id)
    client = Client(scene.staff.http, "/graphql", await issue_customer_token(scene.connection, row.id))
    return Change(client, {"items": [{"sku": product.sku}]}, row)


async def complete_cart(scene):
    """All but the order itself."""
    deed = await fill_cart(scene)
    await call(deed.client, ADD, **(deed.input or {}))
    await complete(deed.client)
    total = (await deed.client.data("{ cart { grandTotal { amount } } }"))["cart"]["grandTotal"]["amount"]
    return Change(deed.client, {"idempotencyKey": "cause", "expectedGrandTotal": total}, deed.row)


async def wish(scene):
    row = await scene.shopper()
    client = Client(scene.staff.http, "/graphql", await issue_customer_token(scene.connection, row.id))
    return Change(client, {"name": "Birthday"}, row)


async def review(scene):
    deed = await fill_cart(scene)
    text = {"title": "Holds tea", "detail": "It does.", "rating": 5}
    return Change(deed.client, {**text, "sku": (deed.input or {})["items"][0]["sku"]}, deed.row)


PLACE = {"name": "Ada Byron", "street": ["1 Mill Lane"], "city": "Bath", "postcode": "BA1 1AA", "countryCode": "GB"}
NARROWER = [
    ("cartItemsAdd", fill_cart, ["cart.changed"]),
    ("orderPlace", complete_cart, ["order.placed"]),
    ("wishlistCreate", wish, ["wishlist.changed"]),
    ("reviewCreate", review, ["review.created"]),
    ("orderHold", on_an_order(), ["order.state_changed"]),
    ("orderCommentAdd", on_an_order(text="Called back."), ["order.commented"]),
    ("orderAddressUpdate", on_an_order(kind="SHIPPING", telephone="020 7946 0000", **PLACE), ["order.address_changed"]),
    ("invoiceCreate", on_an_order(documents=True), ["order.state_changed", "invoice.created"]),
    ("invoiceCapture", on_a_document("ivc"), ["invoice.paid"]),
    ("invoiceCancel", on_a_document("ivc"), ["invoice.canceled"]),
    ("shipmentTrackingAdd", on_a_document("shp"), ["shipment.tracking_changed"]),
    ("shipmentCreate", on_an_order(documents=True), ["order.state_changed", "shipment.created"]),
    ("orderMassAction", archive_by_job, ["order.archived", "job.finished"]),
    ("orderMassAction", restore_by_job, ["order.restored", "job.finished"]),
    ("companyAdminReplace", hand_over, ["customer.updated", "customer.updated", "company.admin_replaced"]),
    ("customerUpdate", by_staff(allowsRemoteAssistance=True), ["customer.updated", "customer.assistance_changed"]),
    ("customerUpdate", move, ["customer.website_changed"]),
    ("customerQuickEdit", by_staff(**group(2)), ["customer.updated", "customer.group_changed"]),
    ("customerMassAction", subscribe_by_job, ["customer.subscribed", "job.finished"]),
]
"""What mutations cause that do one of several things."""
DELETION_REQUESTED = "customer.deletion_requested"


@pytest.fixture
async def scene(connection, shopper, browser, admin_client):
    guest = await browser()
    return Scene(connection, shopper, guest, Client(guest.http, "/admin/graphql", admin_client.token))


def input_type(name, client):
    """A root may stand in both graphs, with an input of its own in each."""
    graphs = (admin, storefront) if client.path.startswith("/admin") else (storefront, admin)
    for schema in (graph.schema._schema for graph in graphs):
        assert schema.mutation_type is not None
        if name in schema.mutation_type.fields:
            given = schema.mutation_type.fields[name].args.get("input")
            return None if given is None else str(given.type)
    raise AssertionError(name)


async def do(name, deed):
    """Call the mutation as the deed says."""
    kind = input_type(name, deed.client)
    if kind is None:
        document, variables = f"mutation M {{ {name} {{ userErrors {{ code }} }} }}", {}
    else:
        document = f"mutation M($input: {kind}) {{ {name}(input: $input) {{ userErrors {{ code }} }} }}"
        variables = {} if deed.input is None else {"input": deed.input}
    assert await deed.client.data(document, **variables) == {name: {"userErrors": []}}


async def types_after(connection, newest):
    rows = await connection.fetch("SELECT type FROM domain_event WHERE id > $1 ORDER BY id", newest)
    return [row.type for row in rows]


CASES = [*[(name, CHANGES[name][0][0], types) for name, types in CAUSES], *NARROWER]


@pytest.mark.parametrize(("name", "make", "types"), CASES, ids=[f"{name}-{types[-1]}" for name, _, types in CASES])
async def test_a_mutation_causes_its_events(name, make, types, scene, connection, settled):
    deed = await make(scene)
    await settled()
    newest = await connection.fetchval("SELECT coalesce(max(id), 0) FROM domain_event")
    await do(name, deed)
    await settled()
    assert await types_after(connection, newest) == types


def test_every_declared_type_is_caused_by_a_mutation():
    """A type that nothing writes would be promised in vain. Entries of the history that a slice's samples write cause theirs."""
    written = {kind for changes in CHANGES.values() for _, kind, _ in changes}
    of_entries = {name for kind, name in event_type_by_history_kind().items() if kind in written}
    assert {name for _, _, types in CASES for name in types} | of_entries | {DELETION_REQUESTED} == set(EVENT_TYPES)


async def test_a_customer_may_have_to_ask_for_deletion(shopper, signed_in, connection, configured):
    await configured(DELETION, "BY_STAFF")
    device = await signed_in(await shopper())
    newest = await connection.fetchval("SELECT max(id) FROM domain_event")
    await device.data(DELETE, input={"currentPassword": PASSWORD})
    assert await types_after(connection, newest) == [DELETION_REQUESTED]

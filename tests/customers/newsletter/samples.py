"""Samples of newsletters for the tests that walk the whole graph."""

from typing import Any

from customer_gql.core.actor import SYSTEM
from customer_gql.core.ids import encode_id
from customer_gql.customers.newsletter import opt_in
from customer_gql.database.transactions import transaction
from support.calls import by_input
from support.changes import Change, Changes, Scene, subscribed
from support.customers import customer_id
from support.writers import Subject


async def unsubscribe(scene: Scene) -> Change:
    row = await scene.shopper()
    await subscribed(scene, row)
    return Change(await scene.device(row), None, row)


async def subscribe(scene: Scene) -> Change:
    row = await scene.shopper()
    return Change(await scene.device(row), None, row)


async def newsletter_confirm(scene: Scene) -> Change:
    row = await scene.shopper()
    async with transaction(scene.connection):
        await opt_in.request_confirmation(scene.connection, row, row.created_in_store_view_id, by=SYSTEM)
    return Change(scene.guest, {"token": await scene.mailed(row.email, "newsletter_confirm")}, row)


CALLS = {
    "customerSubscriptionSet": [
        by_input(lambda ids: {"customerId": ids["cus"], "storeViewId": ids.own("stv"), "isSubscribed": True}),
        by_input(lambda ids: {"customerId": ids["cus"], "storeViewId": ids.own("stv"), "isSubscribed": False}),
        by_input(lambda ids: {"customerId": ids.own("cus"), "storeViewId": ids["stv"], "isSubscribed": True}),
        by_input(lambda ids: {"customerId": ids.own("cus"), "storeViewId": ids["stv"], "isSubscribed": False}),
    ]
}


async def subscribe_by_staff(scene: Scene) -> Change:
    row = await scene.shopper()
    given = {"customerId": customer_id(row), "storeViewId": encode_id("stv", 1), "isSubscribed": True}
    return Change(scene.staff, given, row)


async def unsubscribe_by_staff(scene: Scene) -> Change:
    change = await subscribe_by_staff(scene)
    await subscribed(scene, change.row)
    return Change(scene.staff, {**(change.input or {}), "isSubscribed": False}, change.row)


CHANGES: Changes = {
    "customerSubscriptionSet": [
        (subscribe_by_staff, "SUBSCRIBED", {"status"}),
        (unsubscribe_by_staff, "UNSUBSCRIBED", {"status"}),
    ],
    "newsletterSubscribe": [(subscribe, "SUBSCRIBED", {"status"})],
    "newsletterConfirm": [(newsletter_confirm, "SUBSCRIBED", {"status"})],
    "newsletterUnsubscribe": [(unsubscribe, "UNSUBSCRIBED", {"status"})],
}


async def subscribe_again(subject: Subject, _turn: int) -> Any:
    return "newsletterSubscribe", await subject.device(), None


async def set_by_staff(subject: Subject, _turn: int) -> Any:
    given = {"customerId": encode_id("cus", subject.id), "storeViewId": encode_id("stv", 1), "isSubscribed": True}
    return "customerSubscriptionSet", subject.staff, given


WRITERS = {"customerSubscriptionSet": set_by_staff, "newsletterSubscribe": subscribe_again}

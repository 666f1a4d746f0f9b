"""Samples of newsletters for the tests that walk the whole graph."""

from typing import Any

from customer_gql.core.actor import SYSTEM
from customer_gql.customers.newsletter import opt_in
from customer_gql.database.transactions import transaction
from support.changes import Change, Changes, Scene, subscribed
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


CHANGES: Changes = {
    "newsletterSubscribe": [(subscribe, "SUBSCRIBED", {"status"})],
    "newsletterConfirm": [(newsletter_confirm, "SUBSCRIBED", {"status"})],
    "newsletterUnsubscribe": [(unsubscribe, "UNSUBSCRIBED", {"status"})],
}


async def subscribe_again(subject: Subject, _turn: int) -> Any:
    return "newsletterSubscribe", await subject.device(), None


WRITERS = {"newsletterSubscribe": subscribe_again}

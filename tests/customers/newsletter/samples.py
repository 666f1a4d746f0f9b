"""Samples of newsletters for the tests that walk the whole graph."""

from customer_gql.customers.newsletter import opt_in
from support.changes import Change, Changes, Scene, subscribed


async def unsubscribe(scene: Scene) -> Change:
    row = await scene.shopper()
    await subscribed(scene, row)
    return Change(await scene.device(row), None, row)


async def subscribe(scene: Scene) -> Change:
    row = await scene.shopper()
    return Change(await scene.device(row), None, row)


async def newsletter_confirm(scene: Scene) -> Change:
    row = await scene.shopper()
    async with scene.connection.transaction():
        await opt_in.request_confirmation(scene.connection, row, row.created_in_store_view_id)
    return Change(scene.guest, {"token": await scene.mailed(row.email, "newsletter_confirm")}, row)


CHANGES: Changes = {
    "newsletterSubscribe": [(subscribe, "SUBSCRIBED", {"isSubscribed"})],
    "newsletterConfirm": [(newsletter_confirm, "SUBSCRIBED", {"isSubscribed"})],
    "newsletterUnsubscribe": [(unsubscribe, "UNSUBSCRIBED", {"isSubscribed"})],
}

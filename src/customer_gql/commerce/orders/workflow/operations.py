from collections.abc import Awaitable, Callable
from typing import Annotated, Any, Final

import strawberry

from customer_gql.core.actor import actor_of
from customer_gql.core.input_ids import parse_input_keys
from customer_gql.core.permissions import Permission
from customer_gql.graph.context import Info
from customer_gql.graph.fields import column
from customer_gql.graph.roots import INPUT, DryRun, admin_mutation
from customer_gql.graph.scalars import graph_enum

from .addresses import MAX_NAME, OrderAddressKind, update_order_address
from .types import OrderPayload
from .writes import MAX_TEXT, LockedOrder, add_comment, cancel_order, hold_order, lock_order, unhold_order

graph_enum(
    OrderAddressKind,
    "An address of an order.",
    {"BILLING": "The address that invoices go to.", "SHIPPING": "The address that goods go to."},
)
_WRITES: Final = "Writes what happened to the order, the history of staff and events."
_IMPOSSIBLE: Final = "`NOT_ALLOWED` in a state that does not permit it; see `Order.capabilities`."


@strawberry.input(description="An order to put on hold.")
class OrderHoldInput:
    id: strawberry.ID = column("Id of the order.")


@strawberry.input(description="An order that comes back from hold.")
class OrderUnholdInput:
    id: strawberry.ID = column("Id of the order.")


@strawberry.input(description="An order to cancel.")
class OrderCancelInput:
    id: strawberry.ID = column("Id of the order.")
    reason: str | None = strawberry.field(
        description=f"Reason, at most {MAX_TEXT:,} characters. Customers choose one of `orders.cancellation_reasons`, and see it.",
        default=None,
    )


@strawberry.input(description="A comment on an order, another status of its state, or both.")
class OrderCommentAddInput:
    id: strawberry.ID = column("Id of the order.")
    text: str | None = strawberry.field(
        description=f"The comment, at most {MAX_TEXT:,} characters; required without a status.", default=None
    )
    status: str | None = strawberry.field(
        description="Code of another status of the state that the order is in; the present one by default.",
        default=None,
    )
    is_visible: bool = strawberry.field(description="Whether the customer sees the comment.", default=False)
    notify: bool = strawberry.field(
        description="Whether the buyer gets a mail with the status and the comment.", default=False
    )


@strawberry.input(description="An address of an order, in the place of the one there is.")
class OrderAddressUpdateInput:
    id: strawberry.ID = column("Id of the order.")
    kind: OrderAddressKind = column("Which of the addresses.")
    name: str = column(f"Name of the recipient, at most {MAX_NAME} characters.")
    street: list[str] = column("Street, as many lines as the website allows.")
    country_code: str = column("ISO 3166-1 code of two letters.")
    company: str | None = strawberry.field(description="Company, at most 255 characters.", default=None)
    city: str | None = strawberry.field(description="City; required in most countries.", default=None)
    region: str | None = strawberry.field(
        description="State or province, by code or name; required in countries whose addresses need it.", default=None
    )
    postcode: str | None = strawberry.field(
        description="Postal code in the country's format; required in countries that have them.", default=None
    )
    telephone: str | None = strawberry.field(
        description="Telephone number; required by default, which the website can change.", default=None
    )


Act = Callable[[Any, LockedOrder], Awaitable[object]]


@strawberry.type
class OrderWorkflowAdminMutation:
    @admin_mutation(
        permission=Permission.ORDERS_MANAGE,
        description=f"Put an order on hold: nothing is invoiced, shipped or canceled until `orderUnhold`. {_IMPOSSIBLE} {_WRITES}",
    )
    async def order_hold(
        self, info: Info, input: Annotated[OrderHoldInput, INPUT], dry_run: DryRun = False
    ) -> OrderPayload:
        by = actor_of(info.context.viewer)
        return await act_on_order(info, input.id, lambda c, order: hold_order(c, order, by=by), dry_run=dry_run)

    @admin_mutation(
        permission=Permission.ORDERS_MANAGE,
        description="Bring an order back from hold, to the very state and status that it had before. "
        f"{_IMPOSSIBLE} {_WRITES} Undone by `orderHold`.",
    )
    async def order_unhold(
        self, info: Info, input: Annotated[OrderUnholdInput, INPUT], dry_run: DryRun = False
    ) -> OrderPayload:
        by = actor_of(info.context.viewer)
        return await act_on_order(info, input.id, lambda c, order: unhold_order(c, order, by=by), dry_run=dry_run)

    @admin_mutation(
        permission=Permission.ORDERS_MANAGE,
        exclusive=True,
        description="Cancel what is neither invoiced nor shipped of an order. Without either the order becomes `CANCELED`; else "
        f"the rest of it goes on. {_IMPOSSIBLE} {_WRITES} Cannot be undone.",
    )
    async def order_cancel(
        self, info: Info, input: Annotated[OrderCancelInput, INPUT], dry_run: DryRun = False
    ) -> OrderPayload:
        by = actor_of(info.context.viewer)
        return await act_on_order(
            info, input.id, lambda c, order: cancel_order(c, order, reason=input.reason, by=by), dry_run=dry_run
        )

    @admin_mutation(
        permission=Permission.ORDERS_MANAGE,
        description=f"Write a comment on an order in any state, set another status of its state, or both. With `notify` the buyer gets a mail. {_WRITES} A status is "
        "undone by another comment; a comment stays.",
    )
    async def order_comment_add(
        self, info: Info, input: Annotated[OrderCommentAddInput, INPUT], dry_run: DryRun = False
    ) -> OrderPayload:
        given = {"text": input.text, "status": input.status, "is_visible": input.is_visible, "notifies": input.notify}
        by = actor_of(info.context.viewer)
        return await act_on_order(
            info, input.id, lambda c, order: add_comment(c, order, **given, by=by), dry_run=dry_run
        )

    @admin_mutation(
        permission=Permission.ORDERS_MANAGE,
        description="Replace an address of an order, by the rules of its website for address books. The address book of the "
        f"customer stays as it is. {_IMPOSSIBLE} {_WRITES} Undone by another update.",
    )
    async def order_address_update(
        self, info: Info, input: Annotated[OrderAddressUpdateInput, INPUT], dry_run: DryRun = False
    ) -> OrderPayload:
        given = {
            "name": input.name,
            "company": input.company,
            "street": input.street,
            "city": input.city,
            "region": input.region,
            "postcode": input.postcode,
            "countryCode": input.country_code,
            "telephone": input.telephone,
        }
        by = actor_of(info.context.viewer)
        return await act_on_order(
            info, input.id, lambda c, order: update_order_address(c, order, input.kind, given, by=by), dry_run=dry_run
        )


async def act_on_order(info: Info, id: str, act: Act, *, dry_run: bool) -> OrderPayload:
    """Lock an order that the viewer reaches, and do something to it."""
    customer_id, key = parse_input_keys(id, "ord", 2, ["id"])
    async with info.context.transaction(dry_run=dry_run) as connection:
        order = await lock_order(connection, (customer_id, key), websites=info.context.viewer.website_ids)
        await act(connection, order)
    return OrderPayload(order_key=(customer_id, key))


ADMIN_MUTATIONS: Final = (OrderWorkflowAdminMutation,)

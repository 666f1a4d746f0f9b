from functools import partial
from typing import Annotated, Any, Final

import strawberry

from customer_gql.commerce.carts.operations import (
    ENDS_OF_CART,
    WHOSE_CART,
    CartPayload,
    change_own_cart,
    count_change,
    find_own_cart,
    store_change,
)
from customer_gql.commerce.carts.owners import find_view_of_shopper, require_shopper
from customer_gql.commerce.carts.reads import addresses_by_cart, carts_by_website
from customer_gql.commerce.carts.shown.loaded_prices import fetch_by_loads, load_priced_cart
from customer_gql.commerce.carts.writes import CART_NOT_FOUND
from customer_gql.commerce.shipping.ports import ShopReads, ask_rates
from customer_gql.core.values.emails import validate_email
from customer_gql.customers.addresses.fields import COLUMNS
from customer_gql.graph.context import Context, Info
from customer_gql.graph.fields import column
from customer_gql.graph.roots import INPUT, guest_mutation

from .addresses import COPIED, GivenAddress, read_given_addresses
from .vat import decide_cart_group
from .writes import METHOD_NOT_OFFERED, set_addresses, set_shipping_method


@strawberry.input(description="An address of a cart. The fields that its country needs are required.")
class CartAddressInput:
    first_name: str = column("First name of the recipient, at most 255 characters.")
    last_name: str = column("Last name of the recipient, at most 255 characters.")
    street: list[str] = column(
        "Street: one line up to as many as the website allows (2 by default, never more than 4)."
    )
    country_code: str = column("ISO 3166-1 code of two letters.")
    city: str | None = strawberry.field(description="City; required in most countries.", default=None)
    region: str | None = strawberry.field(description="State or province, by code or name.", default=None)
    postcode: str | None = strawberry.field(description="Postal code in the country's format.", default=None)
    telephone: str | None = strawberry.field(
        description="Telephone number; required by default, which the website can change.", default=None
    )
    prefix: str | None = strawberry.field(description="Title, at most 40 characters.", default=None)
    middle_name: str | None = strawberry.field(description="Middle name or initial.", default=None)
    suffix: str | None = strawberry.field(description="Suffix after the name, at most 40 characters.", default=None)
    company: str | None = strawberry.field(description="Company, at most 255 characters.", default=None)
    fax: str | None = strawberry.field(description="Fax.", default=None)
    vat_number: str | None = strawberry.field(description="VAT number at this address.", default=None)


@strawberry.input(one_of=True, description="An address, given in exactly one way.")
class CartAddressRef:
    address_id: strawberry.Maybe[strawberry.ID] = column("Id of an address of the signed-in customer's address book.")
    address: strawberry.Maybe[CartAddressInput] = column("Another address, which no address book gets.")


@strawberry.input(description="Where the cart goes. What is left out is kept.")
class CartAddressesSetInput:
    email: str | None = strawberry.field(
        description="E-mail address for the order. A guest has to set one; without one a customer's own is used.",
        default=None,
    )
    shipping: CartAddressRef | None = strawberry.field(description="Where goods are sent.", default=None)
    billing: CartAddressRef | None = strawberry.field(
        description="Where the bill goes; when only `shipping` is given, to the same address.", default=None
    )


@strawberry.input(description="The shipping method of the cart.")
class CartShippingMethodSetInput:
    code: str = column("Code of one of the cart's `shippingMethods`.")


@strawberry.type
class CartDeliveryMutation:
    @guest_mutation(
        exclusive=True,
        description=f"Set the e-mail address and addresses of {WHOSE_CART}; each is copied. With `customers.automatic_group` the VAT "
        "number at the deciding address is checked, VIES is given 3 seconds, and the group that it leads to decides prices and "
        "taxes of this cart. `NOT_FOUND` for an address of somebody else; `REQUIRED`, `TOO_LONG` and `INVALID` with the field for a "
        f"value that the country does not allow. {ENDS_OF_CART}",
    )
    async def cart_addresses_set(self, info: Info, input: Annotated[CartAddressesSetInput, INPUT]) -> CartPayload:
        context = info.context
        require_shopper(context)
        owner, website_id = await find_own_cart(context)
        await count_change(context, owner)
        email = None if input.email is None else validate_email(input.email)
        given = {name: _read_ref(one) for name in ("shipping", "billing") if (one := getattr(input, name)) is not None}
        async with context.database.reads.acquire() as connection:
            view = await find_view_of_shopper(connection, context)
            read = await read_given_addresses(connection, owner, website_id, given)
        addresses = {name.upper(): values for name, values in read.items()}
        if "SHIPPING" in addresses:
            addresses.setdefault("BILLING", addresses["SHIPPING"])
        whole = await _read_stored(context, owner, website_id) | addresses
        decided = await decide_cart_group(
            context.database,
            context.settings.vies_url,
            owner,
            whole,
            website_id=website_id,
            store_view_id=view.id,
        )
        if decided is not None:
            addresses[decided.kind] = whole[decided.kind]
        change = partial(set_addresses, addresses=addresses, email=email, decided=decided)
        return await store_change(context, owner, website_id, change)

    @guest_mutation(
        exclusive=True,
        description=f"Choose how {WHOSE_CART} is sent. `NOT_ALLOWED` with `cart.shipping_method_not_offered` for a method that is "
        f"not among its `shippingMethods`. {ENDS_OF_CART}",
    )
    async def cart_shipping_method_set(
        self, info: Info, input: Annotated[CartShippingMethodSetInput, INPUT]
    ) -> CartPayload:
        context = info.context
        require_shopper(context)
        owner, website_id = await find_own_cart(context)
        row = await context.load(carts_by_website, (owner, website_id))
        if row is None:
            raise CART_NOT_FOUND()
        await _require_offered(context, row, input.code)
        return await change_own_cart(context, partial(set_shipping_method, code=input.code))


async def _require_offered(context: Context, row: Any, code: str) -> None:
    priced = await load_priced_cart(context, row)
    shop = ShopReads(priced.options, partial(fetch_by_loads, context))
    rates = [] if priced.question is None else await ask_rates(priced.question, shop, method=code)
    if code not in {rate.code for rate in rates}:
        raise METHOD_NOT_OFFERED(path=["code"])


def _read_ref(given: CartAddressRef) -> GivenAddress:
    if given.address_id is not None:
        return given.address_id.value
    assert given.address is not None
    fields = given.address.value
    return {field: getattr(fields, name) for field, name in COLUMNS.items() if hasattr(fields, name)}


async def _read_stored(context: Context, owner: int, website_id: int) -> dict[str, dict[str, Any]]:
    """The addresses that the cart has already, by kind."""
    row = await context.load(carts_by_website, (owner, website_id))
    found = [] if row is None else await context.load(addresses_by_cart, (row.customer_id, row.id))
    return {one.kind: {name: getattr(one, name) for name in COPIED} for one in found}


MUTATIONS: Final = (CartDeliveryMutation,)

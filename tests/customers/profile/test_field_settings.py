"""What the shop asks customers for, and what they may choose."""

import pytest

from customer_gql.shop.settings.declaration import DECLARED_SETTINGS
from support.customers import make_customer

UPDATE = "mutation U($input: MeUpdateInput!) { meUpdate(input: $input) { changedFields userErrors { code path } } }"


async def update(client, **input):
    return (await client.data(UPDATE, input=input))["meUpdate"]


@pytest.mark.parametrize(
    ("path", "field"),
    [
        ("customers.show_prefix", "prefix"),
        ("customers.show_suffix", "suffix"),
        ("customers.show_date_of_birth", "dateOfBirth"),
        ("customers.show_tax_vat_number", "taxVatNumber"),
        ("customers.show_gender", "gender"),
    ],
)
async def test_a_field_is_required_where_the_shop_requires_it(path, field, as_customer, connection, configured):
    me = await as_customer((await make_customer(connection)).id)
    assert await update(me, **{field: None}) == {"changedFields": [], "userErrors": []}
    await configured(DECLARED_SETTINGS[path], "REQUIRED")
    assert await update(me, **{field: None}) == {
        "changedFields": [],
        "userErrors": [{"code": "REQUIRED", "path": [field]}],
    }


@pytest.mark.parametrize(
    ("path", "field"), [("customers.prefix_options", "prefix"), ("customers.suffix_options", "suffix")]
)
async def test_only_what_the_shop_offers_can_be_chosen(path, field, as_customer, connection, configured):
    me = await as_customer((await make_customer(connection)).id)
    await configured(DECLARED_SETTINGS[path], "Dr.; Prof.;")
    refused = await update(me, **{field: "Lord"})
    assert refused == {"changedFields": [], "userErrors": [{"code": "INVALID", "path": [field]}]}
    assert await update(me, **{field: "Prof."}) == {"changedFields": [field], "userErrors": []}

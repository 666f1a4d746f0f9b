"""What an entry tells beside the amount: website, actor, order, and whether the customer got a mail."""

import pytest

from customer_gql.core.ids import encode_id, new_id
from customer_gql.shop.settings.declaration import DECLARED_SETTINGS
from support.customers import customer_id, make_customer, make_order, make_product
from support.ledgers import CREDIT, POINTS
from support.staff import staff_client, staff_id_of

FIELDS = "website { id } actor staff { id } order { id } isCustomerNotified comment"
DOCUMENTS = {
    CREDIT: "mutation A($input: StoreCreditAdjustInput!) { adjusted: storeCreditAdjust(input: $input) { entry { %s } } }",
    POINTS: "mutation A($input: RewardPointsAdjustInput!) { adjusted: rewardPointsAdjust(input: $input) { entry { %s } } }",
}
SECTIONS = {CREDIT: "storeCredit", POINTS: "rewardPoints"}


async def adjust(client, ledger, shopper, **more):
    input = {"id": customer_id(shopper), ledger.field: ledger.given(1250), "idempotencyKey": "key", **more}
    return (await client.data(DOCUMENTS[ledger] % FIELDS, input=input))["adjusted"]["entry"]


async def test_an_entry_names_website_and_actor(ledger, http, connection):
    shopper, clerk = await make_customer(connection), await staff_client(http, connection)
    expected = {
        "website": {"id": encode_id("web", 1)},
        "actor": "STAFF",
        "staff": {"id": await staff_id_of(connection, clerk)},
        "order": None,
        "isCustomerNotified": False,
        "comment": None,
    }
    assert await adjust(clerk, ledger, shopper) == expected
    # As a repeat, and as the list has it.
    assert await adjust(clerk, ledger, shopper) == expected
    document = "query L($id: ID!) { customer(id: $id) { ledger: %s { entries { nodes { %s } } } } }"
    listed = await clerk.data(document % (SECTIONS[ledger], FIELDS), id=customer_id(shopper))
    assert listed["customer"]["ledger"]["entries"]["nodes"] == [expected]


async def test_an_entry_names_its_order(ledger, admin_client, connection):
    shopper = await make_customer(connection)
    order = await make_order(connection, shopper, [await make_product(connection)])
    await adjust(admin_client, ledger, shopper)
    columns = f"customer_id, id, website_id, action, {ledger.field}, balance_after, actor, actor_id, order_id, idempotency_key"
    currency = ("currency, ", "'USD', ") if ledger is CREDIT else ("", "")
    await connection.execute(
        f"INSERT INTO {ledger.table}_entry ({currency[0]}{columns}) "
        f"VALUES ({currency[1]}$1, $2, 1, 'REVERTED', 1, 1251, 'SYSTEM', 0, $3, 'order')",
        shopper.id,
        new_id(),
        order.id,
    )
    document = "query L($id: ID!) { customer(id: $id) { ledger: %s { entries { nodes { order { id } actor } } } } }"
    listed = await admin_client.data(document % SECTIONS[ledger], id=customer_id(shopper))
    assert listed["customer"]["ledger"]["entries"]["nodes"] == [
        {"order": {"id": encode_id("ord", shopper.id, order.id)}, "actor": "SYSTEM"},
        {"order": None, "actor": "STAFF"},
    ]


@pytest.mark.parametrize("kind", ["store_credit_changed", "reward_points_changed"])
async def test_the_customer_gets_a_mail_when_staff_choose_so(kind, ledger, admin_client, connection):
    if not kind.startswith(ledger.table):
        return
    shopper = await make_customer(connection)
    entry = await adjust(admin_client, ledger, shopper, notifyCustomer=True, comment="Sorry")
    assert entry["isCustomerNotified"] is True
    await adjust(admin_client, ledger, shopper, notifyCustomer=True, comment="Sorry")
    mails = await connection.fetch("SELECT * FROM mail_outbox WHERE customer_id = $1", shopper.id)
    assert [(mail.template, mail.recipient, mail.store_view_id) for mail in mails] == [(kind, shopper.email, 1)]
    amount = "1250" if ledger is POINTS else "12.50 USD"
    for text in (amount, "Sorry", shopper.first_name):
        assert f'"{text}"' in mails[0].placeholders


def test_the_mail_links_to_the_page_of_its_ledger():
    for name, page in (("store_credit", "/store-credit"), ("reward_points", "/reward-points")):
        setting = DECLARED_SETTINGS[f"mail.path.{name}"]
        words = name.replace("_", " ")
        described = f"Path of the storefront's page that lists movements of {words}."
        assert (setting.default, setting.description) == (page, described)

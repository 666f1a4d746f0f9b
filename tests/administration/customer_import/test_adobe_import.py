"""What becomes of customers and addresses that are new, known or repeated."""

import datetime as dt
import json

import pytest

from customer_gql.administration.customer_import.adobe.load import Counts
from customer_gql.core.ids import encode_id
from customer_gql.core.text import sort_key
from customer_gql.customers.addresses.settings import PER_CUSTOMER
from customer_gql.customers.profile.sharing import AccountSharing, set_account_sharing
from customer_gql.shop.settings.writes import set_value
from support.adobe_shop import ANN, HOME, Shop, sheet


async def test_a_new_customer(shop: Shop):
    row = ANN | {
        "_store": "default",
        "created_at": "2020-02-03 04:05:06",
        "dob": "1979-10-31",
        "gender": "Female",
        "group_id": "2",
        "disable_auto_group_change": "1",
        "prefix": "Dr.",
        "taxvat": "GB123",
    }
    summary = await shop.load(sheet(row | {"email": "Ann@Shop.example"}), sheet(HOME))
    assert (summary.customers.created, summary.addresses.created, summary.report) == (1, 1, None)
    since = dt.datetime(2020, 2, 3, 4, 5, 6, tzinfo=dt.UTC)
    assert await shop.rows(
        "SELECT number, version, email, prefix, first_name, last_name, gender, date_of_birth::text, tax_vat_number,"
        " website_id, created_in_store_view_id, group_id, is_automatic_group_change_disabled, is_email_confirmed,"
        " created_at FROM customer"
    ) == [(1, 1, "Ann@shop.example", "Dr.", "Ann", "Lee", "FEMALE", "1979-10-31", "GB123", 1, 1, 2, True, True, since)]
    assert await shop.rows("SELECT email_normalised, scope FROM customer_email") == [("ann@shop.example", 1)]
    assert await shop.rows("SELECT kind, version, actor, changes FROM customer_event") == [
        ("CREATED", 1, "SYSTEM", "{}")
    ]


async def test_given_values_replace_and_empty_ones_clear_what_is_not_required(shop: Shop):
    await shop.load(sheet(ANN | {"middlename": "B", "taxvat": "T1", "gender": "1", "group_id": "2"}))
    untouched = await shop.rows("SELECT tax_vat_number FROM customer")
    row = ANN | {"email": "ANN@shop.example", "firstname": "", "lastname": "Lane", "middlename": "", "group_id": ""}
    summary = await shop.load(sheet(row | {"gender": "Female"}))
    assert (summary.customers.updated, summary.customers.created, summary.customers.unchanged) == (1, 0, 0)
    assert await shop.rows(
        "SELECT version, email, first_name, middle_name, last_name, gender, group_id, updated_at > created_at FROM customer"
    ) == [(2, "ann@shop.example", "Ann", None, "Lane", "FEMALE", 2, True)]
    assert await shop.rows("SELECT tax_vat_number FROM customer") == untouched == [("T1",)]
    changes = await shop.rows("SELECT version, changes FROM customer_event WHERE kind = 'IMPORTED'")
    assert [(version, json.loads(text)) for version, text in changes] == [
        (2, {"lastName": ["Lee", "Lane"], "middleName": ["B", None], "gender": ["MALE", "FEMALE"]})
    ]


async def test_websites_views_and_groups_have_ids_of_64_bits(shop: Shop):
    big = 2**40
    await shop.connection.execute(f"""
        INSERT INTO website (id, code, name, currency) VALUES ({big}, 'far', 'Far', 'EUR');
        INSERT INTO store (id, website_id, code, name, is_default) VALUES ({big}, {big}, 'far', 'Far', true);
        INSERT INTO store_view (id, store_id, code, name, is_default) VALUES ({big}, {big}, 'far', 'Far', true);
        INSERT INTO customer_group (id, name, tax_class_id) SELECT {big}, 'Far', min(id) FROM tax_class""")
    row = ANN | {"_website": "far", "group_id": str(big)}
    unnamed = row | {"firstname": "", "lastname": "", "prefix": "Dr."}
    summary = await shop.load(sheet(row, unnamed), sheet(HOME | {"_website": "far"}))
    assert (summary.customers.created, summary.addresses.created, summary.report) == (1, 1, None)
    assert await shop.rows("SELECT website_id, created_in_store_view_id, group_id, prefix FROM customer") == [
        (big, big, big, "Dr.")
    ]


async def test_history_names_a_group_as_the_graph_does(shop: Shop):
    await shop.load(sheet(ANN))
    await shop.load(sheet(ANN | {"group_id": "3"}))
    [(changes,)] = await shop.rows("SELECT changes FROM customer_event WHERE kind = 'IMPORTED'")
    assert json.loads(changes) == {"groupId": [encode_id("grp", 1), encode_id("grp", 3)]}


async def test_the_group_of_a_companys_member_stays(shop: Shop):
    await shop.load(sheet(ANN))
    await shop.connection.execute("UPDATE customer SET customer_type = 'COMPANY_USER'")
    summary = await shop.load(sheet(ANN | {"group_id": "3"}))
    assert (summary.customers.unchanged, await shop.rows("SELECT group_id FROM customer")) == (1, [(1,)])
    assert summary.warnings == ["1 members of companies kept their group, which follows the company."]


async def test_nothing_new_touches_nothing(shop: Shop):
    files = sheet(ANN | {"dob": "10/31/1979"}), sheet(HOME, HOME | {"street": "2\nHigh Street"}, HOME)
    first = await shop.load(*files)
    before = await shop.stored()
    again = await shop.load(*files)
    assert await shop.stored() == before
    assert first.addresses == Counts(read=3, valid=3, merged=1, created=2)
    assert again.customers == Counts(read=1, valid=1, unchanged=1)
    assert again.addresses == Counts(read=3, valid=3, merged=1, unchanged=2)


async def test_the_last_row_of_a_customer_wins(shop: Shop):
    rows = [ANN | {"middlename": "A"}, ANN | {"firstname": "Anna", "middlename": "B"}, ANN | {"firstname": ""}]
    summary = await shop.load(sheet(*rows))
    assert summary.customers == Counts(read=3, valid=3, merged=2, created=1)
    assert await shop.rows("SELECT first_name, middle_name, version FROM customer") == [("Anna", None, 1)]


async def test_a_name_may_be_missing_only_when_the_customer_is_there(shop: Shop):
    summary = await shop.load(sheet(ANN | {"lastname": ""}, ANN, ANN | {"firstname": "", "lastname": ""}))
    assert summary.customers == Counts(read=3, valid=2, refused=1, merged=1, created=1)
    assert shop.refused() == [("people.csv", "2", "lastname", "Enter a value; it is required for a new customer.", "")]


async def test_the_last_default_wins_and_the_book_is_a_part_of_the_customer(shop: Shop):
    office = HOME | {"street": "9 Low Road", "postcode": "YO1 9ZZ"}
    await shop.load(sheet(ANN), sheet(HOME))
    summary = await shop.load(None, sheet(office, HOME | {"_address_default_billing_": "0"}))
    assert summary.addresses == Counts(read=2, valid=2, created=1, updated=1)
    assert await shop.rows("SELECT street, is_default_billing, is_default_shipping FROM address ORDER BY id") == [
        (["1 High Street"], False, True),
        (["9 Low Road"], True, False),
    ]
    assert await shop.rows("SELECT version, updated_at > created_at FROM customer") == [(2, True)]
    rows = await shop.rows("SELECT customer_id, id FROM address ORDER BY is_default_billing")
    home, work = (encode_id("adr", *row) for row in rows)
    [(version, changes)] = await shop.rows("SELECT version, changes FROM customer_event WHERE kind = 'IMPORTED'")
    new = {"firstName": "Ann", "lastName": "Lee", "street": ["9 Low Road"], "city": "York", "postcode": "YO1 9ZZ"}
    new |= {"countryCode": "GB", "telephone": "01904 555 0101"}
    assert (version, json.loads(changes)) == (
        2,
        {"defaultBillingAddress": [home, work]} | {f"{work}.{name}": [None, value] for name, value in new.items()},
    )


async def test_an_address_book_has_an_end(shop: Shop):
    rows = [HOME | {"street": f"{number} High Street"} for number in range(1, 102)]
    summary = await shop.load(sheet(ANN), sheet(*rows))
    assert summary.addresses == Counts(read=101, valid=100, refused=1, created=100)
    reason = "The address belongs to a customer who has 100 addresses already."
    assert shop.refused() == [("places.csv", "102", "_email", reason, "")]
    again = await shop.load(None, sheet(*rows))
    assert again.addresses == Counts(read=101, valid=100, refused=1, unchanged=100)
    await set_value(shop.connection, PER_CUSTOMER, 101)
    more = await shop.load(None, sheet(*rows))
    assert more.addresses == Counts(read=101, valid=101, created=1, updated=1, unchanged=99)  # the default moves


async def test_accounts_shared_by_all_websites_are_one_customer_whatever_website_a_row_names(shop: Shop) -> None:
    connection = shop.connection
    await connection.execute("INSERT INTO website (id, code, name, currency) VALUES (2, 'other', 'Other', 'EUR')")
    await connection.execute("INSERT INTO store VALUES (2, 2, 'other', 'Other', true)")
    await connection.execute("INSERT INTO store_view VALUES (2, 2, 'other', 'Other', 'en_US', true)")
    async with connection.transaction():
        await set_account_sharing(connection, AccountSharing.GLOBAL)
    there = {"_website": "other"}
    await shop.load(sheet(ANN, ANN | there | {"firstname": "Annabel"}))
    done = await shop.load(sheet(ANN | there | {"firstname": "Anna"}), sheet(HOME | there))
    assert (done.customers.updated, done.addresses.created) == (1, 1)
    assert await shop.rows("SELECT scope FROM customer_email") == [(0,)]
    assert await shop.rows("SELECT first_name FROM customer") == [("Anna",)]


async def test_other_systems_are_told_once_of_each_customer_that_is_new_or_changed(shop: Shop):
    bob = ANN | {"email": "bob@shop.example", "firstname": "Bob"}
    told = (
        "SELECT e.type, e.changed_fields, e.website_id, e.actor, e.actor_id FROM domain_event e"
        " JOIN customer c ON c.id = e.customer_id AND e.subject = 'cus_' || lpad(to_hex(c.id), 16, '0')"
        " ORDER BY e.type, c.number"
    )
    await shop.load(sheet(ANN, bob), sheet(HOME))
    created = ("customer.created", [], 1, "SYSTEM", None)
    assert await shop.rows(told) == [created, created]
    await shop.load(sheet(ANN | {"taxvat": "GB1", "lastname": "Lane"}, bob))
    updated = ("customer.updated", ["lastName", "taxVatNumber"], 1, "SYSTEM", None)
    assert await shop.rows(told) == [created, created, updated]
    await shop.load(addresses=sheet(HOME | {"street": "2 High Street", "postcode": "YO1 2BB"}))
    [work] = [
        encode_id("adr", *row)
        for row in await shop.rows("SELECT customer_id, id FROM address WHERE is_default_billing")
    ]
    new = ("city", "countryCode", "firstName", "lastName", "postcode", "street", "telephone")
    fields = [*(f"{work}.{name}" for name in new), "defaultBillingAddress", "defaultShippingAddress"]
    of_addresses = [(f"customer.{what}", fields, 1, "SYSTEM", None) for what in ("address_changed", "updated")]
    assert await shop.rows(told) == [of_addresses[0], created, created, updated, of_addresses[1]]
    await shop.load(sheet(ANN | {"group_id": "2", "lastname": "Lane"}, bob))
    moved = await shop.rows("SELECT type, changed_fields, version FROM domain_event ORDER BY written DESC LIMIT 2")
    version = (await shop.rows("SELECT version FROM customer WHERE first_name = 'Ann' OR version > 2"))[0][0]
    assert moved == [(f"customer.{what}", ["groupId"], version) for what in ("group_changed", "updated")]


async def test_a_dry_run_tells_nobody(shop: Shop):
    await shop.load(sheet(ANN), sheet(HOME), dry_run=True)
    assert await shop.rows("SELECT type FROM domain_event") == []


@pytest.mark.parametrize(("left", "created"), [("1 hour", 0), ("-1 hour", 1)])
async def test_an_address_reserved_for_its_owner_is_free_after_that(shop: Shop, left: str, created: int):
    await shop.connection.execute(
        "INSERT INTO customer_email (email_normalised, scope, customer_id, reserved_until)"
        f" VALUES ('ann@shop.example', 1, 7, now() + interval '{left}')"
    )
    summary = await shop.load(sheet(ANN))
    assert (summary.customers.created, summary.customers.refused) == (created, 1 - created)
    if not created:
        assert [row[2:4] for row in shop.refused()] == [
            (
                "email",
                "The address is reserved for another account, or its account was made, moved or deleted during the import.",
            )
        ]


async def test_the_key_of_an_imported_name(shop: Shop):
    await shop.load(sheet(ANN | {"lastname": "\u00d6stman"}))
    assert await shop.rows("SELECT name_sort_key FROM customer") == [(sort_key("\u00d6stman", ANN["firstname"]),)]
    await shop.load(sheet(ANN | {"lastname": "Stra\u00dfe"}))
    assert await shop.rows("SELECT name_sort_key FROM customer") == [(sort_key("Strasse", ANN["firstname"]),)]


async def test_the_key_of_names_from_two_rows(shop: Shop):
    await shop.load(sheet(ANN | {"lastname": "\u00d6stman"}, ANN | {"firstname": "\u00c9va", "lastname": ""}))
    assert await shop.rows("SELECT name_sort_key FROM customer") == [(sort_key("\u00d6stman", "\u00c9va"),)]


async def test_the_compared_form_of_a_telephone_number_follows_what_is_stored(shop: Shop):
    home = HOME | {"_entity_id": "7"}
    await shop.load(sheet(ANN), sheet(home))
    stored = "SELECT telephone, telephone_e164 FROM address"
    assert await shop.rows(stored) == [(home["telephone"], "+4419045550101")]
    # The number is kept where the file gives none, and means another one abroad.
    del home["telephone"]
    await shop.load(None, sheet(home | {"telephone": "-", "country_id": "FR", "postcode": "75001"}))
    assert await shop.rows(stored) == [(HOME["telephone"], "+3319045550101")]

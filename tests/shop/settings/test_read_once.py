"""A transaction reads a setting once, and never a value that it has changed itself, waited for, or taken back."""

import asyncio
from contextlib import suppress

import pytest

from customer_gql.customers.profile.sharing import SHARING, accounts_are_shared, lock_account_sharing
from customer_gql.database.transactions import transaction
from customer_gql.shop.settings.declaration import DECLARED_SETTINGS
from customer_gql.shop.settings.reads import setting, settings_at
from customer_gql.shop.settings.tables import ConfigurationScope
from customer_gql.shop.settings.writes import reset_value, set_value
from support.staff import make_website

LENGTH = DECLARED_SETTINGS["accounts.minimum_password_length"]
FAX = DECLARED_SETTINGS["addresses.show_fax"]
READS = "SELECT configuration_value.path"


@pytest.fixture
async def website(connection):
    """A website, and a store view of the same id."""
    return await make_website(connection)


async def test_what_is_set_at_a_place_is_read_once(connection, website, statements):
    await set_value_alone(connection, FAX, "OPTIONAL", ConfigurationScope.WEBSITE, website)
    async with transaction(connection):
        await statements.clear()
        assert await setting(connection, FAX, website_id=website, store_view_id=website) == "OPTIONAL"
        assert await setting(connection, FAX, website_id=website) == "OPTIONAL"
        assert await setting(connection, FAX) == FAX.default
        both = await settings_at(connection, LENGTH, FAX, website_id=website)
        assert (both[LENGTH], both[FAX]) == (LENGTH.default, "OPTIONAL")
        assert await statements.count(READS) == 1
        # The shop's other websites are not among what was read.
        assert await setting(connection, FAX, website_id=1) == FAX.default
        assert await statements.count(READS) == 2
    async with transaction(connection):
        await setting(connection, FAX)
    assert await statements.count(READS) == 3


async def set_value_alone(connection, option, value, scope, scope_id):
    async with transaction(connection):
        await set_value(connection, option, value, scope=scope, scope_id=scope_id)


async def test_outside_of_a_transaction_each_read_is_of_its_own_time(connection, statements):
    await statements.clear()
    for _ in range(2):
        await setting(connection, LENGTH)
    assert await statements.count(READS) == 2


async def test_a_transaction_sees_what_it_changes_and_not_what_it_takes_back(connection, website):
    place = {"scope": ConfigurationScope.WEBSITE, "scope_id": website}
    async with transaction(connection):
        assert await setting(connection, FAX, website_id=website) == FAX.default
        async with transaction(connection, dry_run=True):
            await set_value(connection, FAX, "OPTIONAL", **place)
            assert await setting(connection, FAX, website_id=website) == "OPTIONAL"
        assert await setting(connection, FAX, website_id=website) == FAX.default
        with suppress(LookupError):
            async with transaction(connection):
                await set_value(connection, FAX, "OPTIONAL", **place)
                assert await setting(connection, FAX, website_id=website) == "OPTIONAL"
                raise LookupError
        assert await setting(connection, FAX, website_id=website) == FAX.default
        await set_value(connection, FAX, "OPTIONAL", **place)
        assert await setting(connection, FAX, website_id=website) == "OPTIONAL"
        await reset_value(connection, FAX, **place)
        assert await setting(connection, FAX, website_id=website) == FAX.default


async def test_who_waited_for_a_change_reads_what_it_changed(empty_database):
    async with empty_database.transaction() as waiting:
        assert not await accounts_are_shared(waiting)
        async with empty_database.transaction() as changing:
            await set_value(changing, SHARING, "GLOBAL")
            locking = asyncio.create_task(lock_account_sharing(waiting))
            await asyncio.sleep(0)
        assert await locking
        assert await accounts_are_shared(waiting)

"""The real sample files, with exact counts."""

from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from customer_gql.administration.customer_import.adobe.load import Counts, import_adobe
from support.adobe_shop import Shop

pytestmark = pytest.mark.slow

FOLDER = Path(__file__).parents[3].parent / "shared" / "data" / "adobe"
here = pytest.mark.skipif(not FOLDER.is_dir(), reason="the Adobe Commerce files are not on this machine")

REAL: dict[str, Any] = {"customers": FOLDER / "customers.csv", "addresses": FOLDER / "customer_addresses.csv"}


@here
async def test_the_sample_files(shop: Shop):
    """2,150 rows; 105 e-mail addresses have no dot in the domain; 46 of the others repeat one."""
    empty = await shop.stored()
    told: list[tuple[int, int]] = []
    dry = await import_adobe(shop.connection, **REAL, report=shop.report, dry_run=True)
    assert await shop.stored() == empty
    first = await import_adobe(
        shop.connection, **REAL, report=shop.report, on_progress=lambda done, total: told.append((done, total))
    )
    filled = await shop.stored()
    again = await import_adobe(shop.connection, **REAL, report=shop.report)
    assert await shop.stored() == filled
    read = {"read": 2150, "valid": 2045, "refused": 105}
    assert (first.customers, first.addresses) == (
        Counts(**read, merged=46, created=1999),
        Counts(**read, created=2045, notes=106),
    )
    assert (dry.customers, dry.addresses) == (first.customers, first.addresses)
    assert (again.customers, again.addresses) == (
        Counts(**read, merged=46, unchanged=1999),
        Counts(**read, unchanged=2045, notes=106),
    )
    assert told[-1] == (509_631, 509_631)
    assert await shop.rows("SELECT min(number), max(number), count(DISTINCT number) FROM customer") == [(1, 1999, 1999)]


@here
async def test_what_became_of_the_sample_files(shop: Shop):
    await import_adobe(shop.connection, **REAL, report=shop.report)
    refused = shop.refused()
    assert Counter((file, column) for file, _, column, _, _ in refused) == {
        ("customers.csv", "email"): 105,
        ("customer_addresses.csv", "_email"): 105,
        # 27 lost the zero they began with; the others begin as no code of their country does.
        ("customer_addresses.csv", "postcode"): 33,
        ("customer_addresses.csv", "region"): 14,
        # The shop does not ask for a fax unless its settings say so.
        ("customer_addresses.csv", "fax"): 69,
    }
    assert Counter(shop.outcomes()) == {
        ("email", "row refused"): 105,
        ("_email", "row refused"): 105,
        ("postcode", "cell kept"): 33,
        ("region", "cell left out"): 13,
        ("region", "cell kept"): 1,
        ("fax", "cell left out"): 69,
    }
    assert len({value for _, _, column, _, value in refused if "email" in column}) == 101
    assert refused[0] == (
        "customers.csv",
        "31",
        "email",
        "Enter an e-mail address such as name@example.com.",
        "adavis@consolidatedmessenger",
    )
    assert await shop.rows(
        "SELECT count(*) FILTER (WHERE is_default_billing), count(*) FILTER (WHERE is_default_shipping),"
        " count(*) FILTER (WHERE cardinality(street) = 2), count(*) FILTER (WHERE postcode IS NULL) FROM address"
    ) == [(1999, 1999, 65, 1)]
    # Two people share this address in the file: the second is the customer, each has their address.
    assert await shop.rows(
        "SELECT c.first_name, c.date_of_birth::text, a.first_name, a.street[1], a.is_default_billing FROM customer c"
        " JOIN address a ON a.customer_id = c.id WHERE email = 'ajimenez@northwindtraders.com' ORDER BY a.id"
    ) == [
        ("Armando", "1971-09-01", "Audrey", "9665 Pamploma Ct.", False),
        ("Armando", "1971-09-01", "Armando", "3880 Batacao", True),
    ]

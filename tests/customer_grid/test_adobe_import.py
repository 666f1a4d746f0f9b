import asyncio
import csv
import datetime as dt
import io
import json
from collections import Counter
from collections.abc import AsyncGenerator
from pathlib import Path
from typing import Any

import pytest

from customer_gql.core.db import Connection, Database
from customer_gql.core.ids import encode
from customer_gql.customer_grid.adobe_import import Counts, ImportFault, ImportSummary, import_adobe

FOLDER = Path(__file__).parents[2].parent / "shared" / "data" / "adobe"
here = pytest.mark.skipif(not FOLDER.is_dir(), reason="the Adobe Commerce files are not on this machine")

ANN = {"email": "ann@shop.example", "_website": "base", "firstname": "Ann", "lastname": "Lee"}
HOME = {
    "_website": "base",
    "_email": "ann@shop.example",
    "firstname": "Ann",
    "lastname": "Lee",
    "street": "1 High Street",
    "city": "York",
    "country_id": "GB",
    "postcode": "YO1 1AA",
    "telephone": "01904 555 0101",
    "_address_default_billing_": "1",
    "_address_default_shipping_": "1",
}


def sheet(*rows: dict[str, str]) -> str:
    """The rows under all the columns that any of them has; a column a row does not have is empty there."""
    out = io.StringIO()
    writer = csv.DictWriter(out, dict.fromkeys(column for row in rows for column in row), restval="")
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue()


class Shop:
    """A shop of its own to import into."""

    def __init__(self, connection: Connection, folder: Path) -> None:
        self.connection = connection
        self.folder = folder
        self.report = folder / "refused.csv"

    def written(self, name: str, content: str | bytes) -> Path:
        path = self.folder / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    async def load(
        self, customers: str | bytes | None = None, addresses: str | bytes | None = None, **options: Any
    ) -> ImportSummary:
        return await import_adobe(
            self.connection,
            customers=None if customers is None else self.written("people.csv", customers),
            addresses=None if addresses is None else self.written("places.csv", addresses),
            report=self.report,
            **options,
        )

    def refused(self) -> list[tuple[str, ...]]:
        with self.report.open(encoding="utf-8", newline="") as file:
            return [tuple(row) for row in csv.reader(file)][1:]

    async def rows(self, sql: str) -> list[tuple]:
        return [tuple(row) for row in await self.connection.fetch(sql)]

    async def stored(self) -> dict[str, str | None]:
        """All there is, in a form that shows any difference."""
        tables = await self.rows("SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY 1")
        sql = "SELECT string_agg(t::text, chr(10) ORDER BY t::text) FROM {} t"
        return {table: await self.connection.fetchval(sql.format(table)) for (table,) in tables}


@pytest.fixture
async def shop(empty_database: Database, tmp_path: Path) -> AsyncGenerator[Shop]:
    async with empty_database.writes.acquire() as connection:
        yield Shop(connection, tmp_path)


ILL_FORMED = "not a well-formed CSV file: unexpected end of data"
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
    assert (first.customers, first.addresses) == (Counts(**read, merged=46, created=1999), Counts(**read, created=2045))
    assert (dry.customers, dry.addresses) == (first.customers, first.addresses)
    assert (again.customers, again.addresses) == (
        Counts(**read, merged=46, unchanged=1999),
        Counts(**read, unchanged=2045),
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
    }
    assert len({value for *_, value in refused}) == 101
    assert refused[0] == (
        "customers.csv",
        "31",
        "email",
        "is no e-mail address: The part after the @-sign is not valid. It should have a period.",
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


async def test_history_names_a_group_as_the_graph_does(shop: Shop):
    await shop.load(sheet(ANN))
    await shop.load(sheet(ANN | {"group_id": "3"}))
    [(changes,)] = await shop.rows("SELECT changes FROM customer_event WHERE kind = 'IMPORTED'")
    assert json.loads(changes) == {"groupId": [encode("grp", 1), encode("grp", 3)]}


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
    assert shop.refused() == [("people.csv", "2", "lastname", "is required for a new customer", "")]


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
    assert await shop.rows("SELECT version, changes FROM customer_event WHERE kind = 'IMPORTED'") == [
        (2, '{"postcode": ["YO1 1AA", "YO1 9ZZ"]}')
    ]


async def test_an_address_book_has_an_end(shop: Shop):
    rows = [HOME | {"street": f"{number} High Street"} for number in range(1, 102)]
    summary = await shop.load(sheet(ANN), sheet(*rows))
    assert summary.addresses == Counts(read=101, valid=100, refused=1, created=100)
    reason = "belongs to a customer who has 100 addresses already"
    assert shop.refused() == [("places.csv", "102", "_email", reason, "")]
    again = await shop.load(None, sheet(*rows))
    assert again.addresses == Counts(read=101, valid=100, refused=1, unchanged=100)


async def test_all_that_is_wrong_with_a_row_is_told(shop: Shop):
    bad = {
        "email": "=cmd@nowhere",
        "_website": "mars",
        "firstname": "",
        "lastname": "L" * 256,
        "_store": "",
        "dob": "2999-01-01",
        "created_at": "yesterday",
        "taxvat": "a\tb",
        "suffix": "s" * 41,
    }
    summary = await shop.load(sheet(ANN | dict.fromkeys(bad, "") | ANN, bad))
    assert (summary.customers, summary.report) == (Counts(2, 1, 1, created=1), shop.report)
    refused = shop.refused()
    assert {(file, line) for file, line, *_ in refused} == {("people.csv", "3")}
    assert {column: reason for _, _, column, reason, _ in refused} == {
        "email": "is no e-mail address: The part after the @-sign is not valid. It should have a period.",
        "_website": "is no website of this shop",
        "lastname": "is longer than 255 characters",
        "suffix": "is longer than 40 characters",
        "taxvat": "holds a control character",
        "dob": "lies in the future",
        "created_at": "is not a time like 2024-01-31 09:30:00",
        "firstname": "is required for a new customer",
    }
    values = {column: value for _, _, column, _, value in refused}
    assert (values["email"], len(values["lastname"])) == ("'=cmd@nowhere", 60)


@pytest.mark.parametrize(
    ("column", "value", "reason"),
    [
        ("dob", "31/12/1980", "is not a date like 1979-10-31 or 10/31/1979"),
        ("dob", "1899-12-31", "lies before 1900"),
        ("created_at", "0001-01-01T00:00:00+14:00", "lies before 1900 or in the future"),
        ("_store", "elsewhere", "is no store view of this website"),
        ("email", "", "is required"),
    ],
)
async def test_a_bad_cell_of_a_customer(shop: Shop, column: str, value: str, reason: str):
    summary = await shop.load(sheet(ANN | {column: value}))
    assert (summary.customers.refused, summary.customers.created) == (1, 0)
    assert [row[2:4] for row in shop.refused()] == [(column, reason)]


@pytest.mark.parametrize(
    ("column", "value", "reason"),
    [
        ("country_id", "us", "is no two-letter country code"),
        ("country_id", "XX", "is no two-letter country code"),
        ("postcode", "", "A postal code is required in GB."),
        ("telephone", "", "is required"),
        ("telephone", "call me", "This is not a telephone number: digits, blanks, ( ) + - . /, and an extension."),
        ("street", "1\n2\n3\n4\n5", "has more than 4 lines"),
        ("street", "", "is required"),
        ("_email", "nobody@shop.example", "belongs to no customer of this website"),
    ],
)
async def test_a_bad_cell_of_an_address(shop: Shop, column: str, value: str, reason: str):
    summary = await shop.load(sheet(ANN), sheet(HOME | {column: value}))
    assert (summary.addresses.refused, summary.addresses.created) == (1, 0)
    assert [row[2:4] for row in shop.refused()] == [(column, reason)]


async def test_a_postcode_may_be_missing_where_there_are_none(shop: Shop):
    summary = await shop.load(sheet(ANN), sheet(HOME | {"country_id": "IE", "postcode": ""}))
    assert (summary.addresses.created, await shop.rows("SELECT postcode FROM address")) == (1, [(None,)])


async def test_a_value_outside_a_set_becomes_the_default(shop: Shop):
    summary = await shop.load(
        sheet(ANN | {"gender": "Robot", "group_id": "0"}, ANN | {"gender": "X", "group_id": "77"})
    )
    assert await shop.rows("SELECT gender, group_id FROM customer") == [(None, 1)]
    group = "is outside the set of values and became the default group, or stayed as it was"
    assert summary.warnings == [
        "people.csv: gender is outside the set of values and became empty in 2 rows, first on line 2.",
        f"people.csv: group_id {group} in 2 rows, first on line 2.",
    ]


async def test_lines_are_those_an_editor_shows(shop: Shop):
    """A quoted cell may span lines; the row is where it starts."""
    rows = [HOME | {"street": "1\n2\n3"}, HOME | {"city": ""}, HOME | {"street": "a\r\nb"}, HOME | {"city": ""}]
    await shop.load(sheet(ANN), sheet(*rows))
    assert [row[1:3] for row in shop.refused()] == [("5", "city"), ("8", "city")]
    assert await shop.rows("SELECT street FROM address ORDER BY id") == [(["1", "2", "3"],), (["a", "b"],)]


async def test_a_row_of_another_length_is_refused_without_its_values(shop: Shop):
    summary = await shop.load("email,_website,firstname,lastname\na@b.example,base,Ann\n\nc@d.example,base,Bo,Fox\n")
    assert summary.customers == Counts(read=2, valid=1, refused=1, created=1)
    assert shop.refused() == [("people.csv", "2", "", "the row has 3 cells, the header 4", "")]


async def test_unknown_attribute_columns_are_named(shop: Shop):
    summary = await shop.load(sheet(ANN | {"shoe_size": "39", "website_id": "1", "created_in": "Somewhere"}))
    assert (summary.ignored_columns, summary.customers.created) == (("shoe_size",), 1)
    assert summary.warnings == ["people.csv: website_id not read; _website and _store decide."]
    assert summary.lines()[2] == "ignored columns: shoe_size"


@pytest.mark.parametrize(
    ("_case", "content", "sentence"),
    [
        ("empty", b"", "people.csv is empty: its first line has to name the columns."),
        ("semicolons", b"email;_website\n", "people.csv is separated by semicolons; the import reads commas."),
        ("tabs", b"email\t_website\n", "people.csv is separated by tabs; the import reads commas."),
        ("latin-1", "email,_website\nJosé".encode("latin-1"), "people.csv is not UTF-8: line 2 cannot be read."),
        ("utf-16", "email,_website".encode("utf-16"), "people.csv is not UTF-8: line 1 cannot be read."),
        ("nul", b"email,_website\na\0", "people.csv holds a NUL byte in line 2; it is no text file."),
        ("quote", b'email,_website\na,"b\nc', f"people.csv is {ILL_FORMED} in the record that starts on line 2."),
        ("service", b"email,_website,_shoe\n", "people.csv has an unknown service column: '_shoe'."),
        ("missing", b"email,firstname\n", "people.csv lacks the column _website."),
        ("twice", b"email,_website,email\n", "people.csv names a column twice: 'email'."),
        ("long", b"email,_website\n" + b"x" * 1_000_001, "people.csv has a line of more than 1,000,000 bytes: line 2."),
    ],
)  # fmt: skip
async def test_a_file_that_cannot_be_imported(shop: Shop, _case: str, content: bytes, sentence: str):
    before = await shop.stored()
    with pytest.raises(ImportFault) as fault:
        await shop.load(content)
    assert str(fault.value) == sentence
    assert await shop.stored() == before
    assert sorted(path.name for path in shop.folder.iterdir()) == ["people.csv"]


async def test_a_fault_far_down_takes_everything_back(shop: Shop):
    before = await shop.stored()
    with pytest.raises(ImportFault, match=r"^places.csv holds a NUL byte in line 3"):
        await shop.load(sheet(ANN, ANN | {"email": "bad"}), sheet(HOME) + "\0")
    assert await shop.stored() == before
    assert not shop.report.exists()


async def test_files_that_are_not_there(shop: Shop):
    with pytest.raises(ImportFault, match=r"^There is nothing to import"):
        await shop.load()
    with pytest.raises(ImportFault, match=r"^There is no file"):
        await import_adobe(shop.connection, customers=shop.folder / "nowhere.csv", addresses=None)
    with pytest.raises(ImportFault, match=r"cannot be read: Is a directory\.$"):
        await import_adobe(shop.connection, customers=None, addresses=shop.folder)
    people = shop.written("people.csv", sheet(ANN))
    with pytest.raises(ImportFault, match=r"^The report would overwrite"):
        await import_adobe(shop.connection, customers=people, addresses=None, report=people)


async def test_without_a_report_nothing_is_imported(shop: Shop):
    shop.report = shop.folder / "missing" / "refused.csv"
    with pytest.raises(ImportFault, match=r"^The report .* cannot be written: No such file or directory\.$"):
        await shop.load(sheet(ANN, ANN | {"email": "bad"}))
    assert await shop.rows("SELECT count(*) FROM customer") == [(0,)]


async def test_a_byte_order_mark_is_no_part_of_the_first_column(shop: Shop):
    assert (await shop.load("\ufeff" + sheet(ANN))).customers.created == 1


async def test_passwords_and_tokens_go_nowhere(shop: Shop):
    canary = "tr0ub4dor-canary"
    secrets = dict.fromkeys(["password", "password_hash", "rp_token", "rp_token_created_at", "confirmation"], canary)
    summary = await shop.load(sheet(ANN | secrets, ANN | {"email": "bad", "dob": "never"} | secrets) + f"x,{canary}\n")
    assert summary.warnings == ["people.csv: passwords and reset tokens were not imported."]
    assert (summary.customers.created, summary.customers.refused) == (1, 2)
    assert await shop.rows("SELECT is_email_confirmed FROM customer") == [(False,)]
    assert canary not in shop.report.read_text(encoding="utf-8")
    assert not [table for table, rows in (await shop.stored()).items() if canary in (rows or "")]


async def test_the_report_is_for_its_owner_and_no_spreadsheet_computes_it(shop: Shop):
    starts = "=+-@\t=+-@"
    await shop.load(sheet(*[ANN | {"dob": f"{start}1+1"} for start in starts]))
    assert [row[4][0] for row in shop.refused()] == ["'"] * 4 + ["1"] + ["'"] * 4
    assert shop.report.stat().st_mode & 0o777 == 0o600


async def test_one_import_at_a_time(shop: Shop, empty_database: Database):
    async with empty_database.transaction() as other:
        await import_adobe(other, customers=shop.written("first.csv", sheet(ANN)), addresses=None)
        with pytest.raises(ImportFault, match=r"^Another import is running"):
            await shop.load(sheet(ANN))


async def test_a_customer_who_edits_meanwhile_loses_nothing(shop: Shop, empty_database: Database):
    """The import compares again what changed between its reading and its writing."""
    await shop.load(sheet(ANN | {"taxvat": "old"}))
    async with empty_database.writes.acquire() as theirs:
        edit = theirs.transaction()
        await edit.start()
        await theirs.execute("UPDATE customer SET prefix = 'Prof.', version = version + 1")
        importing = asyncio.create_task(shop.load(sheet(ANN | {"taxvat": "new"})))
        blocked = "SELECT count(*) FROM pg_locks WHERE NOT granted"
        while not await theirs.fetchval(blocked) and not importing.done():
            await asyncio.sleep(0.01)
        await edit.commit()
        summary = await importing
    assert summary.customers.updated == 1
    assert await shop.rows("SELECT version, prefix, tax_vat_number FROM customer") == [(3, "Prof.", "new")]
    told = await shop.connection.fetch("SELECT version, changes FROM customer_event WHERE kind = 'IMPORTED'")
    assert [tuple(row) for row in told] == [(3, '{"taxVatNumber": ["old", "new"]}')]


async def test_accounts_shared_by_all_websites_are_one_customer_whatever_website_a_row_names(shop: Shop) -> None:
    from customer_gql.customers.sharing import AccountSharing, share

    connection = shop.connection
    await connection.execute("INSERT INTO website (id, code, name, currency) VALUES (2, 'other', 'Other', 'EUR')")
    await connection.execute("INSERT INTO store VALUES (2, 2, 'other', 'Other', true)")
    await connection.execute("INSERT INTO store_view VALUES (2, 2, 'other', 'Other', 'en_US', true)")
    async with connection.transaction():
        await share(connection, AccountSharing.GLOBAL)
    there = {"_website": "other"}
    await shop.load(sheet(ANN, ANN | there | {"firstname": "Annabel"}))
    done = await shop.load(sheet(ANN | there | {"firstname": "Anna"}), sheet(HOME | there))
    assert (done.customers.updated, done.addresses.created) == (1, 1)
    assert await shop.rows("SELECT scope FROM customer_email") == [(0,)]
    assert await shop.rows("SELECT first_name FROM customer") == [("Anna",)]

"""Files that cannot be read, what is never imported, and imports that meet others."""

import asyncio
import os

import pytest

from customer_gql.administration.customer_import.adobe.load import import_adobe
from customer_gql.administration.customer_import.reading.lines import ImportFault
from customer_gql.administration.customer_import.reading.options import ReadOptions
from customer_gql.database.pools import Database
from support.adobe_shop import ANN, Shop, sheet
from support.races import until_blocking

NO_TABLE = "people.csv is no CSV file of this import: its first line names no column such as _website."


@pytest.mark.parametrize(
    ("_case", "content", "sentence"),
    [
        ("empty", b"", "people.csv is empty: its first line has to name the columns."),
        ("blank", b"\n,,,\n;;\r\n", "people.csv is empty: its first line has to name the columns."),
        ("nul", b"em\0ail,_website\n", "people.csv holds a NUL byte in line 1; it is no text file."),
        ("image", b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "people.csv holds a NUL byte in line 1; it is no text file."),
        ("excel", b"PK\x03\x04\x14\0", "people.csv is an Excel workbook or another ZIP archive; save the table as a CSV file and import that."),
        ("old excel", b"\xd0\xcf\x11\xe0\xa1", "people.csv is an Excel workbook; save the table as a CSV file and import that."),
        ("pdf", b"%PDF-1.7\n", "people.csv is a PDF document; save the table as a CSV file and import that."),
        ("gzip", b"\x1f\x8b\x08", "people.csv is compressed with gzip; save the table as a CSV file and import that."),
        ("html", b"<!DOCTYPE html>\n<html>", NO_TABLE),
        ("json", b'[{"email": "ann@shop.example"}]', NO_TABLE),
        ("no line", b"x" * 200_000, "people.csv is no CSV file: line 1: The row has a cell of more than 131,072 characters or a quotation mark that is not closed."),
        ("endless line", b"x" * 1_000_001, "people.csv is no CSV file: line 1: The row is longer than 1,000,000 bytes."),
        ("service", b"email,_website,_shoe\n", "people.csv has an unknown service column: '_shoe'."),
        ("missing", b"email,firstname\n", "people.csv lacks the column _website."),
        ("twice", b"email,_website,email\n", "people.csv names a column twice: 'email'."),
    ],
)  # fmt: skip
async def test_a_file_that_cannot_be_imported(shop: Shop, _case: str, content: bytes, sentence: str):
    before = await shop.stored()
    with pytest.raises(ImportFault) as fault:
        await shop.load(content)
    assert str(fault.value) == sentence
    assert await shop.stored() == before
    assert sorted(path.name for path in shop.folder.iterdir()) == ["people.csv"]


async def test_an_unknown_encoding_is_named(shop: Shop):
    for name in ("klingon", "hex"):
        with pytest.raises(ImportFault, match=rf"^There is no text encoding '{name}'"):
            await shop.load(sheet(ANN), options=ReadOptions(encoding=name))


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


@pytest.mark.parametrize("name", ["pipe", "link", "folder"])
async def test_a_report_replaces_files_alone(name: str, shop: Shop):
    os.mkfifo(shop.folder / "pipe")
    (shop.folder / "link").symlink_to(shop.folder / "pipe")
    (shop.folder / "folder").mkdir()
    shop.report = shop.folder / name
    with pytest.raises(ImportFault, match=rf"^The report .*{name} would replace what is not a file\.$"):
        await shop.load(sheet(ANN, ANN | {"email": "bad"}))
    assert (shop.folder / "pipe").is_fifo()
    assert (shop.folder / "link").is_symlink()


async def test_a_report_under_a_link_is_written_where_the_link_leads(shop: Shop):
    shop.report = shop.folder / "link.csv"
    shop.report.symlink_to(shop.folder / "real.csv")
    await shop.load(sheet(ANN, ANN | {"email": "bad"}))
    assert shop.report.is_symlink()
    assert "bad" in (shop.folder / "real.csv").read_text("utf-8")


async def test_passwords_and_tokens_go_nowhere(shop: Shop):
    canary = "tr0ub4dor-canary"
    secrets = dict.fromkeys(["password", "password_hash", "rp_token", "rp_token_created_at", "confirmation"], canary)
    surplus = "," * 40 + canary + "\n"
    summary = await shop.load(sheet(ANN | secrets, ANN | {"email": "bad", "dob": "never"} | secrets) + surplus)
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
        await until_blocking(theirs, task=importing)
        await edit.commit()
        summary = await importing
    assert summary.customers.updated == 1
    assert await shop.rows("SELECT version, prefix, tax_vat_number FROM customer") == [(3, "Prof.", "new")]
    told = await shop.connection.fetch(
        "SELECT version, changes FROM customer_event WHERE kind = 'IMPORTED' ORDER BY id"
    )
    assert [tuple(row) for row in told] == [(3, '{"taxVatNumber": ["old", "new"]}')]

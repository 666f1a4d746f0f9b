"""Files as spreadsheets, databases and hands leave them."""

import codecs
import tracemalloc
from pathlib import Path

import pytest

from customer_gql.administration.customer_import.adobe.load import Counts
from customer_gql.administration.customer_import.reading.files import open_csv
from customer_gql.administration.customer_import.reading.options import ReadOptions
from support.adobe_shop import ANN, Shop, sheet

JOSE = ANN | {"firstname": "José", "lastname": "Müller"}
TEXT = sheet(JOSE)
HEADER = "email,_website,firstname,lastname"
STORED = "SELECT first_name, last_name FROM customer ORDER BY email"


@pytest.mark.parametrize(
    ("_case", "content"),
    [
        ("utf-8", TEXT.encode()),
        ("utf-8 with a mark", codecs.BOM_UTF8 + TEXT.encode()),
        ("utf-16", TEXT.encode("utf-16")),
        ("utf-16 little without a mark", TEXT.encode("utf-16-le")),
        ("utf-16 big without a mark", TEXT.encode("utf-16-be")),
        ("utf-16 big", codecs.BOM_UTF16_BE + TEXT.encode("utf-16-be")),
        ("utf-32", TEXT.encode("utf-32")),
        ("semicolons", TEXT.replace(",", ";").encode()),
        ("tabs", TEXT.replace(",", "\t").encode()),
        ("tabs in utf-16, as Excel's Unicode text", TEXT.replace(",", "\t").encode("utf-16")),
        ("bars", TEXT.replace(",", "|").encode()),
        ("stated semicolon", ("sep=;\r\n" + TEXT.replace(",", ";")).encode()),
        ("stated odd one", ("sep=^\n" + TEXT.replace(",", "^")).encode()),
        ("stated and quoted", ('"sep=;"\n' + TEXT.replace(",", ";")).encode()),
        ("stated with a mark", ("\ufeffsep=,\n" + TEXT).encode()),
        ("line feeds", TEXT.replace("\r\n", "\n").encode()),
        ("carriage returns", TEXT.replace("\r\n", "\r").encode()),
        ("doubled carriage returns", TEXT.replace("\r\n", "\r\r\n").encode()),
        ("mixed", TEXT.replace("\r\n", "\r", 1).encode()),
        ("no last line ending", TEXT.rstrip().encode()),
        ("trailing empty columns", TEXT.replace("\r\n", ",,,\r\n").encode()),
        ("more trailing cells than columns", (TEXT.rstrip() + ",,,,\r\n").encode()),
        ("rows of separators", (",,,\r\n" + TEXT + " , ,,\r\n\r\n,,,,,,\r\n").encode()),
        ("header in other letters", TEXT.replace(HEADER, " Email ,_Website,FirstName,LASTNAME").encode()),
        ("column without a name", TEXT.replace("email,_website", "email,,_website").replace("example,base", "example,x,base").encode()),
        ("repeated header", (TEXT + TEXT).encode()),
        ("joined files with marks", (codecs.BOM_UTF8 + TEXT.encode()) * 2),
        ("everything quoted", "".join(",".join(f'"{cell}"' for cell in row.split(",")) + "\r\n" for row in TEXT.splitlines()).encode()),
    ],
)  # fmt: skip
async def test_the_same_customer_in_any_file(shop: Shop, _case: str, content: bytes):
    summary = await shop.load(content)
    assert (summary.customers.created, summary.customers.refused, summary.customers.notes) == (1, 0, 0)
    assert await shop.rows(STORED) == [("José", "Müller")]
    assert [warning for warning in summary.warnings if "Windows" in warning] == []


async def test_windows_1252_is_read_and_told(shop: Shop):
    summary = await shop.load(TEXT.encode("cp1252"))
    assert await shop.rows(STORED) == [("José", "Müller")]
    assert summary.warnings == [
        "people.csv: 1 line read as Windows-1252, first line 2, because not UTF-8; --encoding names another encoding."
    ]


async def test_one_line_of_another_encoding_spoils_no_other(shop: Shop):
    bob = sheet(JOSE | {"email": "bob@shop.example", "firstname": "Ülkü"}).splitlines()[1]
    summary = await shop.load(TEXT.encode() + bob.encode("cp1252"))
    assert summary.customers.created == 2
    assert await shop.rows(STORED) == [("José", "Müller"), ("Ülkü", "Müller")]


async def test_a_stated_encoding_is_used(shop: Shop):
    text = sheet(ANN | {"firstname": "Мария", "middlename": "Ольга", "lastname": "Кюри"})
    await shop.load(text.encode("cp1251"), options=ReadOptions(encoding="cp1251"))
    assert await shop.rows(STORED) == [("Мария", "Кюри")]
    summary = await shop.load(text.encode("cp1251"), options=ReadOptions(encoding="utf-8"))
    assert (summary.customers.unchanged, summary.customers.notes) == (1, 3)
    assert await shop.rows("SELECT first_name, middle_name FROM customer") == [("Мария", "Ольга")]


ROWS = [f"{name}@shop.example,base,{name.title()},Fox\n" for name in ("ann", "bob", "cat")]


@pytest.mark.parametrize(
    ("_case", "bad", "reason"),
    [
        ("open quote", 'x@shop.example,base,"X,Fox\n', "has a quotation mark that is not closed"),
        ("closed by another row", 'x@shop.example,base,"X,Fox\ny@shop.example,base,"Y",Fox\n', "has text after a closing quotation mark"),
        ("text after a quote", 'x@shop.example,base,"X"y,Fox\n', "has text after a closing quotation mark"),
        ("long cell", f"x@shop.example,base,{'X' * 200_000},Fox\n", "has a cell of more than 131,072 characters or a quotation mark that is not closed"),
        ("10 MB cell", f"x@shop.example,base,{'X' * 10_000_000},Fox\n", "is longer than 1,000,000 bytes"),
        ("10 MB cell in quotes", f'x@shop.example,base,"{"X" * 10_000_000}",Fox\n', "is longer than 1,000,000 bytes"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("place", [0, 1, 3])
async def test_a_row_that_cannot_be_read_costs_no_other(shop: Shop, _case: str, bad: str, reason: str, place: int):
    rows = [*ROWS[:place], bad, *ROWS[place:]]
    summary = await shop.load(HEADER + "\n" + "".join(rows))
    found = {row[1]: row[3] for row in shop.refused()}
    assert found[str(place + 2)] == f"The row {reason}."
    stored = {name for (name,) in await shop.rows("SELECT first_name FROM customer")}
    assert {"Ann", "Bob", "Cat"} <= stored <= {"Ann", "Bob", "Cat", "Y"}
    assert summary.customers.refused == 1


async def test_a_nul_costs_its_row_or_cell(shop: Shop):
    people = [
        ANN | {"prefix": "D\0r"},
        ANN | {"email": "bob@shop\0.example"},
        ANN | {"email": "cat@shop.example", "firstname": "C\0"},
        ANN | {"email": "dan@shop.example"},
    ]
    summary = await shop.load(sheet(*people))
    assert summary.customers == Counts(read=4, valid=2, refused=2, created=2, notes=1)
    assert [row[1:3] for row in shop.refused()] == [("2", "prefix"), ("3", "email"), ("4", "firstname")]


async def test_a_mark_within_a_cell_and_a_line_break_within_quotes(shop: Shop):
    summary = await shop.load(sheet(ANN | {"taxvat": "T\r\n1"}, ANN | {"email": "bob@shop.example"}))
    assert summary.customers == Counts(read=2, valid=2, created=2, notes=1)
    assert [row[1:3] for row in shop.refused()] == [("2", "taxvat")]


async def test_no_value_in_the_words_of_a_database(shop: Shop):
    await shop.load(sheet(ANN | {"taxvat": "T1", "prefix": "Dr.", "suffix": "Jr."}))
    null = ANN | {"taxvat": "NULL", "prefix": "\\N", "suffix": "_EMPTY_VALUE_", "dob": "NULL", "_store": "NULL"}
    summary = await shop.load(sheet(null, null | {"email": "bob@shop.example", "lastname": "NULL"}))
    assert summary.customers == Counts(read=2, valid=2, created=1, updated=1)
    assert await shop.rows("SELECT last_name, prefix, suffix, tax_vat_number FROM customer ORDER BY email") == [
        ("Lee", None, None, None),
        ("NULL", None, None, None),
    ]


@pytest.mark.slow
def test_memory_does_not_grow_with_the_file(tmp_path: Path):
    """What reading 160,000 rows takes at most is what 40,000 take."""
    peaks = []
    for rows in (40_000, 160_000):
        path = tmp_path / f"{rows}.csv"
        path.write_text(HEADER + "\n" + ROWS[0] * rows)
        tracemalloc.start()
        with open_csv(path, ReadOptions()) as file:
            assert sum(1 for _ in file.records()) == rows
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    assert peaks[1] < peaks[0] * 1.5

"""Uploads that are no plain table: each is read, or refused with what to do about it (docs/domain/import.md#import-26)."""

import gzip
import io
import tracemalloc
import zipfile
from collections.abc import AsyncIterator
from typing import Any

import pytest

from customer_gql.administration.customer_import.runs import row_storage
from customer_gql.messaging.jobs.work import Tools
from support.adobe_shop import ANN, sheet
from support.importing import create, problems, put_file, run_import, upload
from support.jobs import delete_open_jobs

TAG = iter(range(1_000_000))


@pytest.fixture
async def tools(http: Any, database: Any, settings: Any, connection: Any) -> Tools:
    await delete_open_jobs(connection)
    return Tools(database, settings)


def person(**given: str) -> dict[str, str]:
    return ANN | {"email": f"odd.{next(TAG)}@shop.example"} | given


def table() -> str:
    return sheet(person(), person())


def read_key(answer: Any) -> str:
    return answer.json()["errors"][0]["extensions"]["key"]


def pack(*entries: tuple[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as archive:
        for name, content in entries:
            archive.writestr(name, content)
    return out.getvalue()


@pytest.mark.parametrize(
    "write",
    [
        lambda text: b"\xef\xbb\xbf" + text.encode(),
        lambda text: text.encode("utf-16"),
        lambda text: text.encode("utf-16-be"),
        lambda text: text.encode("utf-32"),
        lambda text: text.replace("\r\n", "\r").encode(),
        lambda text: text.replace("\r\n", "\n").rstrip("\n").encode(),
        lambda text: text.replace(",", ";").encode(),
        lambda text: gzip.compress(text.encode()),
        lambda text: gzip.compress(text.encode()[:40]) + gzip.compress(text.encode()[40:]),
        lambda text: pack(("folder/people.csv", text.encode())),
        lambda text: pack(("../../etc/people.csv", text.encode())),
        lambda text: pack(("people.csv", text.encode("utf-16")), method=zipfile.ZIP_STORED),
    ],
    ids=[
        "byte order mark",
        "utf-16",
        "utf-16 without a mark",
        "utf-32",
        "carriage returns",
        "no last line end",
        "semicolons",
        "gzip",
        "two members of gzip",
        "a folder in an archive",
        "a path that leads out of the archive",
        "utf-16 in an archive",
    ],
)
async def test_a_table_in_an_odd_form_is_read(admin_client: Any, tools: Tools, write: Any):
    id = await upload(admin_client, write(table()), fileName="people")
    assert await run_import(admin_client, tools, id) == {"read": 2, "created": 2}


@pytest.mark.parametrize(
    ("content", "key"),
    [
        (b"\n", "import.file_unusable"),
        (b"\xef\xbb\xbf", "import.file_unusable"),
        (b"email,_web\0site\nann@shop.example,base\n", "import.file_unusable"),
        (b"email,_website,EMAIL\n", "import.file_unusable"),
        (b'"email,_website\nann@shop.example,base\n', "import.file_unusable"),
        (b"%PDF-1.7\n", "import.file_unusable"),
        (b"email,firstname\nann@shop.example,Ann\n", "import.column_missing"),
        (b"email,_website,_color\nann@shop.example,base,red\n", "import.column_unknown"),
        (gzip.compress(table().encode())[:-9], "import.archive_damaged"),
        (pack(("people.csv", table().encode()))[:60], "import.archive_damaged"),
        (pack(("people.csv", b"x"), ("more.csv", b"y")), "import.archive_not_one_file"),
        (pack(("people.exe", table().encode())), "import.archive_not_one_file"),
        (pack(), "import.file_unusable"),
    ],
    ids=[
        "empty",
        "a mark alone",
        "NUL in the header",
        "a header named twice",
        "a quotation mark that is not closed",
        "another kind of file",
        "no website",
        "an unknown column",
        "half a gzip file",
        "half an archive",
        "two files",
        "no table in an archive",
        "nothing in an archive",
    ],
)
async def test_what_is_no_table_is_refused(admin_client: Any, tools: Tools, content: bytes, key: str):
    made = await create(admin_client, content, fileName="people")
    answer = await put_file(admin_client, made["uploadUrl"], content)
    assert (answer.status_code, read_key(answer)) == (400, key), answer.text
    assert answer.json()["errors"][0]["message"].endswith(".")


@pytest.mark.parametrize("is_read_in_steps", [False, True])
async def test_lines_of_another_encoding_are_told_of_once(
    admin_client: Any, tools: Tools, connection: Any, monkeypatch: pytest.MonkeyPatch, is_read_in_steps: bool
):
    if is_read_in_steps:
        monkeypatch.setattr(row_storage, "STEP_SECONDS", 0)
        monkeypatch.setattr(row_storage, "_BATCH_ROWS", 1)
    rows = [person(lastname=name) for name in ("Lee", "Müller", "Weiß")]
    id = await upload(admin_client, sheet(*rows).encode("cp1252"))
    assert await run_import(admin_client, tools, id) == {"read": 3, "created": 3}
    assert [(one["line"], one["column"], one["key"], one["outcome"]) for one in await problems(admin_client, id)] == [
        (3, "", "import.other_encoding", "CELL_KEPT")
    ]
    stored = "SELECT last_name FROM customer WHERE email = ANY($1) ORDER BY email"
    emails = [row["email"] for row in rows]
    assert [row.last_name for row in await connection.fetch(stored, emails)] == ["Lee", "Müller", "Weiß"]


async def test_a_row_that_cannot_be_read_costs_no_other(admin_client: Any, tools: Tools):
    one, other = person(), person()
    content = sheet(one) + '"bob"x@shop.example,base,Bob,Lee\r\n' + sheet(other) + '"cid@shop.example,base,Cid,Lee\r\n'
    id = await upload(admin_client, content.encode())
    assert await run_import(admin_client, tools, id) == {"read": 4, "created": 2, "refused": 2}
    found = [(one["line"], one["key"]) for one in await problems(admin_client, id)]
    assert found == [(3, "import.text_after_quote"), (6, "import.quote_open")]


@pytest.mark.parametrize("layout", ["ADOBE_CUSTOMERS", "ADOBE_COMPOSITE"])
async def test_a_nul_in_a_cell_costs_no_other_row(admin_client: Any, tools: Tools, layout: str):
    content = sheet(person(), person() | {"taxvat": "T\0"}, person() | {"email": "nul\0@shop.example"})
    id = await upload(admin_client, content.encode(), layout=layout)
    assert await run_import(admin_client, tools, id) == {"read": 3, "created": 2, "refused": 1}
    assert [(one["line"], one["column"]) for one in await problems(admin_client, id)] == [(3, "taxvat"), (4, "email")]


async def test_ten_thousand_columns(admin_client: Any, tools: Tools):
    wide = person() | {f"column {number}": "x" for number in range(10_000)}
    id = await upload(admin_client, sheet(wide).encode())
    assert await run_import(admin_client, tools, id) == {"read": 1, "created": 1}
    shown = await admin_client.data("query I($id: ID!) { customerImport(id: $id) { columns { name } } }", id=id)
    assert len(shown["customerImport"]["columns"]) <= 500


@pytest.mark.slow
async def test_a_bomb_of_a_gigabyte_is_refused_without_being_held(admin_client: Any):
    content = gzip.compress(b"email,_website\n" + b"x" * (1 << 30), compresslevel=1)
    made = await create(admin_client, content)

    async def chunks() -> AsyncIterator[bytes]:
        for start in range(0, len(content), 1 << 16):
            yield content[start : start + (1 << 16)]

    tracemalloc.start()
    try:
        answer = await put_file(admin_client, made["uploadUrl"], chunks(), **{"Content-Length": str(len(content))})
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert read_key(answer) == "import.unpacked_too_large", answer.text
    assert peak < 64 << 20

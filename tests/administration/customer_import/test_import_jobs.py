"""Imports through the graph: created, uploaded, tried, run as jobs."""

import datetime as dt
import gzip
import io
import zipfile
from typing import Any

import pytest

from customer_gql.core.ids import encode_id
from customer_gql.messaging.files.cleanup import delete_expired_files
from customer_gql.messaging.jobs.work import Tools
from support.adobe_shop import ANN, HOME, sheet
from support.importing import (
    MAP,
    create,
    import_key,
    problems,
    put_file,
    run_import,
    show,
    show_counts,
    start,
    upload,
    work,
)
from support.jobs import delete_open_jobs
from support.staff import staff_client

TAG = iter(range(1_000_000))


@pytest.fixture
async def tools(http: Any, database: Any, settings: Any, connection: Any) -> Tools:
    await delete_open_jobs(connection)
    return Tools(database, settings)


def person(**given: str) -> dict[str, str]:
    """Somebody whom no other test imports."""
    return ANN | {"email": f"imported.{next(TAG)}@shop.example", **given}


def home_of(one: dict[str, str], **given: str) -> dict[str, str]:
    return HOME | {"_email": one["email"], **given}


def table(*rows: dict[str, str]) -> bytes:
    return sheet(*rows).encode()


async def test_a_file_of_customers_is_uploaded_tried_and_imported(admin_client: Any, tools: Tools, connection: Any):
    ann, bob = person(), person(firstname="Bob")
    content = table(ann, bob, ann | {"taxvat": "T1"}, person(email="nobody"), person(dob="never"))
    id = await upload(admin_client, content)
    assert (await show(admin_client, id))["status"] == "READY"
    tried = await run_import(admin_client, tools, id, dry_run=True)
    assert tried == {"read": 5, "created": 3, "unchanged": 1, "refused": 1}
    stored = "SELECT count(*) FROM customer WHERE email = ANY($1)"
    assert await connection.fetchval(stored, [ann["email"], bob["email"]]) == 0
    shown = await show(admin_client, id)
    assert shown["status"] == "READY"
    assert shown["job"] == {
        "status": "DONE",
        "cancelReason": None,
        "totalCount": 5,
        "doneCount": 3,
        "unchangedCount": 1,
        "refusedCount": 1,
        "failedCount": 0,
        "canceledCount": 0,
    }
    assert await run_import(admin_client, tools, id) == tried
    assert (await show(admin_client, id))["status"] == "DONE"
    assert [(one["line"], one["column"], one["key"], one["outcome"]) for one in await problems(admin_client, id)] == [
        (5, "email", "email.invalid", "ROW_REFUSED"),
        (6, "dob", "import.date_unreadable", "CELL_LEFT_OUT"),
    ]
    assert await connection.fetchval("SELECT tax_vat_number FROM customer WHERE email = $1", ann["email"]) == "T1"
    again = await upload(admin_client, content)
    assert await run_import(admin_client, tools, again) == {"read": 5, "unchanged": 4, "refused": 1}
    history = await connection.fetch(
        "SELECT e.kind, e.actor, e.job_id IS NOT NULL AS by_job FROM customer_event e JOIN customer c ON c.id = e.customer_id"
        " WHERE c.email = $1",
        ann["email"],
    )
    assert [tuple(row) for row in history] == [("CREATED", "STAFF", True)]


async def test_addresses(admin_client: Any, tools: Tools, connection: Any):
    ann = person()
    await run_import(admin_client, tools, await upload(admin_client, table(ann)))
    rows = table(
        home_of(ann, _entity_id="7"),
        home_of(ann, _entity_id="8", city="Leeds"),
        home_of(person()),
    )
    id = await upload(admin_client, rows, layout="ADOBE_ADDRESSES")
    expected = {"read": 3, "created": 2, "refused": 1}
    assert await run_import(admin_client, tools, id, dry_run=True) == expected
    assert await run_import(admin_client, tools, id) == expected
    assert [(one["line"], one["key"]) for one in await problems(admin_client, id)] == [(4, "import.customer_unknown")]
    ids = "SELECT a.external_id FROM address a JOIN customer c ON c.id = a.customer_id WHERE c.email = $1 ORDER BY 1"
    assert [row.external_id for row in await connection.fetch(ids, ann["email"])] == ["7", "8"]
    moved = table(home_of(ann, _entity_id="7", city="Hull"), home_of(ann, _entity_id="8", city="Leeds"))
    again = await upload(admin_client, moved, layout="ADOBE_ADDRESSES")
    assert await run_import(admin_client, tools, again) == {"read": 2, "updated": 1, "unchanged": 1}


async def test_a_mapped_file(admin_client: Any, tools: Tools, connection: Any):
    one = person()
    content = (
        "E-Mail Address;Given name;Surname;Town;Street;Country;Notes\r\n"
        f"{one['email']};Ann;Lee;York;1 High Street;GB;x\r\n;No;Body;;;;\r\n"
    ).encode()
    given = {"layout": "MAPPED", "websiteId": encode_id("web", 1)}
    id = await upload(admin_client, content, **given)
    assert (await show(admin_client, id))["status"] == "MAPPING"
    early = await start(admin_client, id)
    assert early["userErrors"] == [{"code": "NOT_ALLOWED", "key": "import.not_mapped", "path": ["id"]}]
    columns = (
        "query C($id: ID!) { customerImport(id: $id) { columns { name samples target } targets { key isRequired } } }"
    )
    shown = (await admin_client.data(columns, id=id))["customerImport"]
    assert {one["name"]: one["target"] for one in shown["columns"]} == {
        "E-Mail Address": "email",
        "Given name": "firstname",
        "Surname": "lastname",
        "Town": "_address_city",
        "Street": "_address_street",
        "Country": "_address_country_id",
        "Notes": None,
    }
    assert shown["columns"][0]["samples"] == [one["email"]]
    assert [one["key"] for one in shown["targets"] if one["isRequired"]] == ["email"]
    mapping = [{"column": one["name"], "target": one["target"]} for one in shown["columns"]]
    saved = {"id": id, "mapping": mapping, "saveAs": "Our table"}
    mapped = (await admin_client.data(MAP, input=saved))["customerImportMap"]
    assert (mapped["customerImport"]["status"], mapped["userErrors"]) == ("READY", [])
    kept = "{ customerImportMappings { nodes { id name columns { column target } } } }"
    [mine] = (await admin_client.data(kept))["customerImportMappings"]["nodes"]
    assert (mine["name"], mine["columns"][0]) == ("Our table", {"column": "E-Mail Address", "target": "email"})
    preview = "query P($id: ID!) { customerImport(id: $id) { preview(first: 2) { line cells { column value key message } } } }"
    rows = (await admin_client.data(preview, id=id))["customerImport"]["preview"]
    assert [row["line"] for row in rows] == [2, 3]
    assert rows[1]["cells"][0] == {
        "column": "E-Mail Address",
        "value": "",
        "key": "value.required",
        "message": "Enter a value; this field is required.",
    }
    assert await run_import(admin_client, tools, id) == {"read": 2, "created": 1, "refused": 1}
    assert ("E-Mail Address", "value.required") in [
        (each["column"], each["key"]) for each in await problems(admin_client, id)
    ]
    city = "SELECT a.city FROM address a JOIN customer c ON c.id = a.customer_id WHERE c.email = $1"
    assert await connection.fetchval(city, one["email"]) == "York"


async def test_a_mapping_that_does_not_fit_is_refused(admin_client: Any):
    id = await upload(admin_client, b"mail,name\na@shop.example,A\n", layout="MAPPED", websiteId=encode_id("web", 1))
    wrong = [
        {"column": "shoe", "target": "email"},
        {"column": "mail", "target": "shoe"},
        {"column": "mail", "target": "lastname"},
        {"column": "name", "target": "lastname"},
    ]
    refused = (await admin_client.data(MAP, input={"id": id, "mapping": wrong}))["customerImportMap"]
    assert [(one["key"], one["path"]) for one in refused["userErrors"]] == [
        ("import.column_not_in_file", ["mapping", "0", "column"]),
        ("import.target_unknown", ["mapping", "1", "target"]),
        ("import.target_repeated", ["mapping", "3", "target"]),
        ("import.target_missing", ["mapping"]),
    ]
    twice = [{"column": name, "target": target} for name, target in (("mail", "email"), ("Mail", "lastname"))]
    refused = (await admin_client.data(MAP, input={"id": id, "mapping": twice}))["customerImportMap"]
    assert [(one["key"], one["path"]) for one in refused["userErrors"]] == [
        ("import.column_repeated", ["mapping", "1", "column"])
    ]
    other = await upload(admin_client, table(person()))
    unused = (await admin_client.data(MAP, input={"id": other, "mapping": []}))["customerImportMap"]
    assert [one["key"] for one in unused["userErrors"]] == ["import.mapping_unused"]


async def test_customers_and_addresses_in_one_file(admin_client: Any, tools: Tools, connection: Any):
    ann, bob = person(), person()
    home = {"_address_street": "1 High Street", "_address_city": "York", "_address_country_id": "GB"}
    rows = [
        ann | home | {"_entity_id": "1", "_address_default_billing_": "1"},
        home | {"_entity_id": "2", "_address_city": "Leeds"},
        bob,
        home | {"_address_country_id": "XX"},
    ]
    id = await upload(admin_client, table(*rows), layout="ADOBE_COMPOSITE")
    expected = {"read": 4, "created": 3, "refused": 1}
    assert await run_import(admin_client, tools, id, dry_run=True) == expected
    assert await run_import(admin_client, tools, id) == expected
    [problem] = await problems(admin_client, id)
    assert (problem["line"], problem["column"]) == (5, "_address_country_id")
    books = "SELECT a.city, a.is_default_billing FROM address a JOIN customer c ON c.id = a.customer_id WHERE c.email = $1 ORDER BY a.id"
    assert [tuple(row) for row in await connection.fetch(books, ann["email"])] == [("York", True), ("Leeds", False)]
    again = await upload(admin_client, table(*rows), layout="ADOBE_COMPOSITE")
    assert await run_import(admin_client, tools, again) == {"read": 4, "unchanged": 3, "refused": 1}


async def test_replacing_removes_the_other_addresses_and_nothing_else(admin_client: Any, tools: Tools, connection: Any):
    ann, bob = person(), person()
    await run_import(admin_client, tools, await upload(admin_client, table(ann, bob)))
    first = table(*[home_of(one, _entity_id=id, city=f"Town {id}") for one in (ann, bob) for id in ("1", "2")])
    await run_import(admin_client, tools, await upload(admin_client, first, layout="ADOBE_ADDRESSES"))
    second = table(
        home_of(ann, _entity_id="2", city="Town 2"),
        home_of(bob, _entity_id="3", city="Town 3"),
        home_of(bob, _entity_id="4", country_id="XX"),
    )
    id = await upload(admin_client, second, layout="ADOBE_ADDRESSES", behavior="REPLACE")
    expected = {"read": 3, "created": 1, "updated": 1, "refused": 1}
    assert await run_import(admin_client, tools, id, dry_run=True) == expected
    assert await run_import(admin_client, tools, id) == expected
    books = "SELECT array_agg(a.external_id ORDER BY a.external_id) FROM address a JOIN customer c ON c.id = a.customer_id WHERE c.email = $1"
    assert await connection.fetchval(books, ann["email"]) == ["2"]
    # A row of Bob is refused, so that nobody knows which of his addresses are meant to stay.
    assert await connection.fetchval(books, bob["email"]) == ["1", "2", "3"]


async def test_deleting_addresses_and_customers(admin_client: Any, tools: Tools, connection: Any):
    ann, bob, eve = person(), person(), person()
    await run_import(admin_client, tools, await upload(admin_client, table(ann, bob)))
    homes = table(home_of(ann, _entity_id="1"), home_of(ann, _entity_id="2", city="Leeds"))
    await run_import(admin_client, tools, await upload(admin_client, homes, layout="ADOBE_ADDRESSES"))
    gone = table(home_of(ann, _entity_id="2"), home_of(ann, _entity_id="9"), home_of(eve))
    id = await upload(admin_client, gone, layout="ADOBE_ADDRESSES", behavior="DELETE")
    assert await run_import(admin_client, tools, id) == {"read": 3, "deleted": 1, "refused": 2}
    assert [one["key"] for one in await problems(admin_client, id)] == [
        "import.address_unknown",
        "import.customer_unknown",
    ]
    books = "SELECT array_agg(a.external_id) FROM address a JOIN customer c ON c.id = a.customer_id WHERE c.email = $1"
    assert await connection.fetchval(books, ann["email"]) == ["1"]
    people = table({"email": ann["email"], "_website": "base"}, {"email": eve["email"], "_website": "base"})
    id = await upload(admin_client, people, behavior="DELETE")
    expected = {"read": 2, "deleted": 1, "refused": 1}
    assert await run_import(admin_client, tools, id, dry_run=True) == expected
    assert await run_import(admin_client, tools, id) == expected
    left = "SELECT array_agg(email) FROM customer WHERE email = ANY($1)"
    assert await connection.fetchval(left, [ann["email"], bob["email"]]) == [bob["email"]]


async def test_each_row_names_its_action(admin_client: Any, tools: Tools, connection: Any):
    ann, bob, eve = person(), person(), person()
    await run_import(admin_client, tools, await upload(admin_client, table(ann, bob, eve)))
    rows = table(
        ann | {"_action": "delete"},
        bob | {"_action": "Add_Update", "taxvat": "T1"},
        eve | {"_action": "delete"},
        eve | {"_action": ""},
        bob | {"_action": "shred"},
    )
    id = await upload(admin_client, rows, behavior="CUSTOM")
    assert await run_import(admin_client, tools, id) == {"read": 5, "updated": 1, "deleted": 1, "refused": 3}
    assert [(one["line"], one["key"]) for one in await problems(admin_client, id)] == [
        (4, "import.actions_differ"),
        (5, "import.actions_differ"),
        (6, "import.action_unknown"),
    ]
    left = "SELECT count(*) FROM customer WHERE email = ANY($1)"
    assert await connection.fetchval(left, [ann["email"], bob["email"], eve["email"]]) == 2


async def test_balances_are_reached_by_one_movement(admin_client: Any, tools: Tools, connection: Any):
    ann = person()
    await run_import(admin_client, tools, await upload(admin_client, table(ann)))
    row = {"_email": ann["email"], "_website": "base", "_finance_website": "base"}
    rows = table(
        row | {"store_credit": "12.50", "reward_points": "100"},
        row | {"store_credit": "-1", "reward_points": ""},
        row | {"_email": "nobody@shop.example", "store_credit": "1", "reward_points": "1"},
        row | {"store_credit": "1", "reward_points": "many"},
    )
    id = await upload(admin_client, rows, layout="ADOBE_FINANCE")
    expected = {"read": 4, "updated": 1, "refused": 3}
    assert await run_import(admin_client, tools, id, dry_run=True) == expected
    assert await run_import(admin_client, tools, id) == expected
    found = "SELECT e.{}, e.idempotency_key FROM {} e JOIN customer c ON c.id = e.customer_id WHERE c.email = $1"
    key = f"import:{import_key(id)}:2"
    credit = await connection.fetch(found.format("amount", "store_credit_entry"), ann["email"])
    points = await connection.fetch(found.format("points", "reward_points_entry"), ann["email"])
    assert [tuple(row) for row in credit] == [(1250, f"{key}:store_credit")]
    assert [tuple(row) for row in points] == [(100, f"{key}:reward_points")]
    lower = await upload(
        admin_client, table(row | {"store_credit": "2.5", "reward_points": ""}), layout="ADOBE_FINANCE"
    )
    assert await run_import(admin_client, tools, lower) == {"read": 1, "updated": 1}
    credit = await connection.fetch(found.format("amount", "store_credit_entry") + " ORDER BY e.id", ann["email"])
    assert [row.amount for row in credit] == [1250, -1000]
    again = await upload(
        admin_client, table(row | {"store_credit": "2.50", "reward_points": "100"}), layout="ADOBE_FINANCE"
    )
    assert await run_import(admin_client, tools, again) == {"read": 1, "unchanged": 1}


async def test_too_many_errors_write_nothing(admin_client: Any, tools: Tools, connection: Any):
    good, nameless = person(), person(firstname="", lastname="")
    content = table(good, nameless, person(email="nobody"))
    stops = {"errorPolicy": "STOP", "options": {"allowedErrorCount": 1}}
    id = await upload(admin_client, content, **stops)
    assert await run_import(admin_client, tools, id) == {"read": 3, "refused": 2}
    shown = await show(admin_client, id)
    assert shown["status"] == "FAILED"
    assert (shown["job"]["status"], shown["job"]["cancelReason"]) == ("CANCELED", "STOPPED_AT_ERROR")
    assert await connection.fetchval("SELECT count(*) FROM customer WHERE email = $1", good["email"]) == 0
    allowed = await upload(admin_client, content, errorPolicy="STOP", options={"allowedErrorCount": 2})
    assert await run_import(admin_client, tools, allowed) == {"read": 3, "created": 1, "refused": 2}


async def test_how_cells_are_read(admin_client: Any, tools: Tools, connection: Any):
    ann = person(prefix="Dr.", taxvat="'=1+1", dob="05/06/1980")
    options = {"dateOrder": "DMY", "emptyValue": "-", "emptyCells": "KEEP", "fieldSeparator": "~"}
    assert (await create(admin_client, b"x", options={"multipleValueSeparator": "||"}))["userErrors"][0]["path"] == [
        "options",
        "multipleValueSeparator",
    ]

    def written(**given: str) -> bytes:
        return sheet(ann | given).replace(",", "~").encode()

    found = "SELECT prefix, tax_vat_number, date_of_birth::text FROM customer WHERE email = $1"
    await run_import(admin_client, tools, await upload(admin_client, written(), options=options))
    assert tuple(await connection.fetchrow(found, ann["email"])) == ("Dr.", "=1+1", "1980-06-05")
    kept = await upload(admin_client, written(prefix="", taxvat="-"), options=options)
    assert await run_import(admin_client, tools, kept) == {"read": 1, "updated": 1}
    assert tuple(await connection.fetchrow(found, ann["email"])) == ("Dr.", None, "1980-06-05")


async def test_empty_cells_clear_and_dates_begin_with_the_year_where_that_is_said(
    admin_client: Any, tools: Tools, connection: Any
):
    ann = person(prefix="Dr.", dob="1980-06-05")
    options = {"dateOrder": "YMD", "emptyCells": "CLEAR"}
    await run_import(admin_client, tools, await upload(admin_client, table(ann), options=options))
    cleared = await upload(admin_client, table(ann | {"prefix": ""}), options=options)
    assert await run_import(admin_client, tools, cleared) == {"read": 1, "updated": 1}
    found = "SELECT prefix, date_of_birth::text FROM customer WHERE email = $1"
    assert tuple(await connection.fetchrow(found, ann["email"])) == (None, "1980-06-05")


async def test_a_cell_that_is_kept_in_another_form_is_a_problem_of_its_own(admin_client: Any, tools: Tools):
    ann = person()
    await run_import(admin_client, tools, await upload(admin_client, table(ann)))
    lines = "\n".join(f"Floor {number}" for number in range(1, 8))
    id = await upload(admin_client, table(home_of(ann, street=lines)), layout="ADOBE_ADDRESSES")
    assert (await run_import(admin_client, tools, id))["created"] == 1
    document = "query P($id: ID!) { customerImport(id: $id) { problems(first: 9) { nodes { column outcome } } } }"
    shown = (await admin_client.data(document, id=id))["customerImport"]["problems"]["nodes"]
    assert shown == [{"column": "street", "outcome": "CELL_KEPT"}]


async def test_what_is_created_is_checked(admin_client: Any):
    async def refused(**given: Any) -> list[tuple[str, list[str]]]:
        made = await create(admin_client, b"x", **given)
        assert made["customerImport"] is None
        return [(one["key"], one["path"]) for one in made["userErrors"]]

    assert await refused(sizeBytes=0, fileName="a/b") == [
        ("import.file_name_invalid", ["fileName"]),
        ("import.size_out_of_range", ["sizeBytes"]),
    ]
    assert await refused(fileName="people\u202evsc.exe") == [("import.file_name_invalid", ["fileName"])]
    assert await refused(sizeBytes=100 * 1024 * 1024 + 1) == [("import.size_out_of_range", ["sizeBytes"])]
    assert await refused(behavior="REPLACE") == [("import.behavior_unsupported", ["behavior"])]
    assert await refused(layout="MAPPED") == [("import.website_needed", ["websiteId"])]
    assert await refused(websiteId=encode_id("web", 1)) == [("import.website_unused", ["websiteId"])]
    assert await refused(options={"allowedErrorCount": -1}) == [
        ("import.error_count_out_of_range", ["options", "allowedErrorCount"])
    ]
    assert await refused(options={"fieldSeparator": '"'}) == [
        ("import.separator_invalid", ["options", "fieldSeparator"])
    ]


def zipped(*names: str, content: bytes = b"") -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in names:
            archive.writestr(name, content)
    return out.getvalue()


async def refusal_of(client: Any, content: bytes, **given: Any) -> tuple[int, str]:
    made = await create(client, content, **given)
    answer = await put_file(client, made["uploadUrl"], content)
    assert (await show(client, made["customerImport"]["id"]))["status"] == "UPLOADING"
    return answer.status_code, answer.json()["errors"][0]["extensions"]["key"]


async def test_packed_files(admin_client: Any, tools: Tools):
    content = table(person())
    for packed in (gzip.compress(content), gzip.compress(content[:9]) + gzip.compress(content[9:])):
        id = await upload(admin_client, packed)
        await run_import(admin_client, tools, id, dry_run=True)
        assert await show_counts(admin_client, id) == {"read": 1, "created": 1}
    archives = [
        zipped("people.csv", content=content),
        zipped("__MACOSX/._people.csv", "people.CSV", "x/", content=content),
    ]
    for packed in archives:
        id = await upload(admin_client, packed)
        assert await run_import(admin_client, tools, id, dry_run=True) == {"read": 1, "created": 1}


async def test_uploads_that_are_refused(admin_client: Any):
    content = table(person())
    assert await refusal_of(admin_client, zipped("a.csv", "b.csv", content=content)) == (
        400,
        "import.archive_not_one_file",
    )
    assert await refusal_of(admin_client, zipped("a.exe", content=content)) == (400, "import.archive_not_one_file")
    assert await refusal_of(admin_client, gzip.compress(content)[:-4]) == (400, "import.archive_damaged")
    damaged = bytearray(zipped("a.csv", content=content * 20))
    damaged[60] ^= 255
    assert await refusal_of(admin_client, bytes(damaged)) == (400, "import.archive_damaged")
    assert await refusal_of(admin_client, b"email,_website,_shoe\n") == (400, "import.column_unknown")
    assert await refusal_of(admin_client, b"email,firstname\n") == (400, "import.column_missing")
    assert await refusal_of(admin_client, b"\n\n") == (400, "import.file_unusable")
    made = await create(admin_client, content)
    for sent in (content[:-1], content + b"x"):
        answer = await put_file(admin_client, made["uploadUrl"], sent)
        told = answer.json()["errors"][0]["extensions"]
        assert (answer.status_code, told["key"], told["path"]) == (400, "import.size_wrong", ["sizeBytes"])
    assert (await put_file(admin_client, made["uploadUrl"], content)).status_code == 200
    second = await put_file(admin_client, made["uploadUrl"], content)
    assert (second.status_code, second.json()["errors"][0]["extensions"]["key"]) == (409, "import.uploaded_already")


async def test_a_file_that_unpacks_to_too_much_is_refused_in_time(admin_client: Any, connection: Any):
    from customer_gql.administration.customer_import.settings import MAX_MEBIBYTES
    from customer_gql.shop.settings.declaration import GLOBAL
    from customer_gql.shop.settings.writes import set_value

    async with connection.transaction():
        await set_value(connection, MAX_MEBIBYTES, 1, scope=GLOBAL, scope_id=0)
    huge = b"email,_website\n" + b"x" * (11 * 1024 * 1024)
    for packed in (gzip.compress(huge), zipped("a.csv", content=huge)):
        assert await refusal_of(admin_client, packed) == (400, "import.unpacked_too_large")
    files = "SELECT count(*) FROM stored_file f WHERE purpose = 'UPLOAD' AND stored_at IS NULL"
    assert await connection.fetchval(files) == 0


@pytest.mark.parametrize("error_policy", ["SKIP", "ALL_OR_NOTHING"])
async def test_an_import_whose_file_is_lost_fails_and_delays_no_other(
    error_policy: str, admin_client: Any, tools: Tools, connection: Any
):
    lost = await upload(admin_client, table(person()), errorPolicy=error_policy)
    await connection.execute(
        "DELETE FROM stored_file_part p USING customer_import i WHERE i.id = $1 AND p.file_id = i.file_id",
        import_key(lost),
    )
    other = await upload(admin_client, table(person()))
    for id in (lost, other):
        assert (await start(admin_client, id))["userErrors"] == []
    await work(tools)
    shown = await show(admin_client, lost)
    assert (shown["status"], shown["job"]["status"], shown["job"]["totalCount"]) == ("FAILED", "FAILED", 0)
    assert await show_counts(admin_client, other) == {"read": 1, "created": 1}


async def test_the_file_of_an_import_that_was_started_stays_until_its_end(
    admin_client: Any, tools: Tools, connection: Any
):
    id = await upload(admin_client, table(person()))
    file = await connection.fetchval("SELECT file_id FROM customer_import WHERE id = $1", import_key(id))
    left = "SELECT expires_at - now() FROM stored_file WHERE id = $1"
    await connection.execute("UPDATE stored_file SET expires_at = now() + interval '1 s' WHERE id = $1", file)
    for dry_run in (True, False):
        assert (await start(admin_client, id, dry_run=dry_run))["userErrors"] == []
        assert await connection.fetchval(left, file) is None
        await work(tools)
        assert await show_counts(admin_client, id) == {"read": 1, "created": 1}
        assert dt.timedelta(hours=23) < await connection.fetchval(left, file) <= dt.timedelta(hours=24)


async def test_an_import_whose_file_expired_is_not_started(admin_client: Any, tools: Tools, connection: Any):
    id = await upload(admin_client, table(person()))
    file = await connection.fetchval("SELECT file_id FROM customer_import WHERE id = $1", import_key(id))
    await connection.execute("UPDATE stored_file SET expires_at = now() - interval '1 s' WHERE id = $1", file)
    await delete_expired_files(tools)
    refused = await start(admin_client, id)
    assert (refused["job"], [error["key"] for error in refused["userErrors"]]) == (None, ["import.over"])


async def test_an_import_that_unpacks_to_too_much_by_now_fails(admin_client: Any, tools: Tools, connection: Any):
    from customer_gql.administration.customer_import.settings import MAX_MEBIBYTES
    from customer_gql.shop.settings.declaration import GLOBAL
    from customer_gql.shop.settings.writes import set_value

    id = await upload(admin_client, gzip.compress(table(person()) + (b"x" * 1023 + b"\n") * (11 * 1024)))
    async with connection.transaction():
        await set_value(connection, MAX_MEBIBYTES, 1, scope=GLOBAL, scope_id=0)
    assert await run_import(admin_client, tools, id) == {}
    assert (await show(admin_client, id))["status"] == "FAILED"


async def test_only_the_owner_uploads_and_sees(http: Any, admin_client: Any, connection: Any):
    content = table(person())
    made = await create(admin_client, content)
    url, id = made["uploadUrl"], made["customerImport"]["id"]
    other = await staff_client(http, connection, ["customers.import"])
    reader = await staff_client(http, connection, ["customers.read"])
    assert (await put_file(other, url, content)).status_code == 404
    assert (await put_file(reader, url, content)).status_code == 403
    assert (await http.put(url, content=content)).status_code == 401
    assert (await http.put(url, content=content, headers={"Authorization": "Bearer cgs_wrong"})).status_code == 401
    assert (await put_file(admin_client, "/admin/imports/cim_0/file", content)).status_code == 404
    packed = await put_file(admin_client, url, content, **{"Content-Encoding": "gzip"})
    assert packed.status_code == 415
    assert (await other.data("query I($id: ID!) { customerImport(id: $id) { id } }", id=id))["customerImport"] is None
    assert (await start(other, id))["userErrors"] == [{"code": "NOT_FOUND", "key": "import.not_found", "path": ["id"]}]
    assert (await start(admin_client, id))["userErrors"][0]["key"] == "import.not_uploaded"
    listed = "{ customerImports(first: 1) { nodes { id layout behavior fileName sizeBytes errorPolicy hasSecrets createdAt startedAt finishedAt staff { id } service { id } } } }"
    assert (await admin_client.data(listed))["customerImports"]["nodes"][0]["id"] == id
    assert (await other.data(listed))["customerImports"]["nodes"] == []

"""Every command of the README's table, as a person runs it: a process, its output, its exit code."""

import asyncio
import datetime as dt
import json
import re
import signal
import subprocess
import urllib.error
import urllib.request
from collections.abc import Generator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from customer_gql.core.ids import encode_id
from customer_gql.database.pools import open_database
from customer_gql.database.schema import migrations
from customer_gql.embedded.server import Server, create_database, drop_database
from support.customers import make_customer
from support.databases import cloned
from support.isolation import ask_for_every_field
from support.processes import line, post, run, started
from support.staff import make_website

pytestmark = pytest.mark.slow
ROOT = Path(__file__).parents[1]
CUSTOMERS = "email,_website,firstname,lastname\nann@shop.example,base,Ann,Lee\nbob@nowhere,base,Bob,Fox\n"
ADDRESSES = (
    "_website,_email,firstname,lastname,street,city,country_id,postcode,telephone\n"
    "base,ann@shop.example,Ann,Lee,1 High Street,York,GB,YO1 1AA,01904 555 0101\n"
)
IMPORTED = """\
customers: 2 read, 1 valid, 1 refused, 0 merged, 1 created, 0 updated, 0 unchanged, 0 notes
addresses: 1 read, 1 valid, 0 refused, 0 merged, 1 created, 0 updated, 0 unchanged, 0 notes
refused rows and notes: refused.csv
"""


@pytest.fixture(scope="module")
def shop_url(server: Server, template: str) -> Generator[str]:
    with cloned(server, template) as url:
        yield url


@pytest.fixture(scope="module")
def seeded(shop_url: str, tmp_path_factory: pytest.TempPathFactory) -> subprocess.CompletedProcess[str]:
    folder = tmp_path_factory.mktemp("seeded")
    return run(folder, "seed", "--customers", 200, "--seed", 7, database_url=shop_url)


@pytest.fixture
def bare_url(server: Server) -> Generator[str]:
    drop_database(server, "bare_for_commands")
    create_database(server, "bare_for_commands")
    yield server.owner_url("bare_for_commands")
    drop_database(server, "bare_for_commands")


def said(done: subprocess.CompletedProcess[str]) -> str:
    assert (done.returncode, done.stderr) == (0, ""), done.stderr
    return done.stdout


def get(url: str) -> tuple[int, object]:
    try:
        with urllib.request.urlopen(url, timeout=10) as answer:
            return answer.status, json.load(answer)
    except urllib.error.HTTPError as error:
        with error:
            return error.code, json.load(error)


def test_migrate_twice_and_by_two_at_once(tmp_path: Path, bare_url: str, server: Server):
    newest = migrations.newest_revision()
    expected = f"the database is at migration {newest}\n"
    with ThreadPoolExecutor() as both:
        answers = list(both.map(lambda _: run(tmp_path, "migrate", database_url=bare_url), range(2)))
    assert [said(answer) for answer in answers] == [expected, expected]
    assert said(run(tmp_path, "migrate", database_url=bare_url)) == expected
    urls = {"owner_database_url": bare_url, "database_url": server.url("bare_for_commands")}
    assert said(run(tmp_path, "migrate", **urls)) == expected
    assert said(run(tmp_path, "migrate", "--check", **urls)) == "No new upgrade operations detected.\n"


def test_migrate_takes_the_addresses_that_others_take(tmp_path: Path, shop_url: str):
    """The driver's own options, and the scheme some hosts write."""
    other = shop_url.replace("postgresql://", "postgres://") + "&sslmode=prefer"
    assert said(run(tmp_path, "migrate", database_url=other)).startswith("the database is at migration ")


def test_seed_tells_what_it_made(seeded: subprocess.CompletedProcess[str]):
    assert seeded.returncode == 0
    assert "customer: 200\n" in seeded.stdout
    assert seeded.stdout.splitlines()[-1].startswith("in ")
    assert seeded.stderr.startswith("loading 200 customers")


async def ask_for_every_field_at(url: str) -> None:
    async with open_database(url) as database, database.writes.acquire() as connection:
        await ask_for_every_field(connection)


async def value(url: str, statement: str) -> Any:
    async with open_database(url) as database, database.writes.acquire() as connection:
        return await connection.fetchval(statement)


def test_derived_rows_are_compared_and_recomputed(tmp_path: Path, shop_url: str, seeded: object):
    def reproject(*options: str) -> tuple[int, str, str]:
        done = run(tmp_path, "reproject", *options, database_url=shop_url)
        return done.returncode, re.sub(r"\d+ customers", "all customers", done.stdout), done.stderr.splitlines()[-1]

    names = ("order_statistics", "customer_grid_row", "customer_grid_attribute", "customer_change")
    same = "".join(f"{name}: all customers, 0 rows differ\n" for name in names)
    same += "customer_count: 0 websites differ\n"
    assert reproject("--check")[:2] == (0, same)
    wrong = "UPDATE order_statistics SET lifetime_value = 1 WHERE lifetime_value > 100000 RETURNING 1"
    rows = asyncio.run(value(shop_url, f"WITH wrong AS ({wrong}) SELECT count(*) FROM wrong"))
    status, told, fault = reproject("--check")
    first, named = told.splitlines()[:2]
    assert (status, first) == (1, f"order_statistics: all customers, {rows} rows differ")
    owners = "SELECT string_agg(DISTINCT customer_id::text, ' ') FROM order_statistics WHERE lifetime_value = 1"
    wrong = sorted(map(int, asyncio.run(value(shop_url, owners)).split()))[:20]
    assert named == "order_statistics: differs of " + ", ".join(encode_id("cus", id) for id in wrong)
    assert fault.endswith(" rows differ from what they should be: `customer-gql reproject` fixes them.")
    # What the grid shows was right all the time, but not what it would be computed from.
    put_right = same.replace("differ", "changed").replace(" 0 ", f" {rows} ", 1)
    assert reproject()[:2] == (0, put_right)
    assert reproject("--check")[:2] == (0, same)


def test_staff_are_created_and_given_tokens(tmp_path: Path, shop_url: str):
    done = run(tmp_path, "staff", "create", "Ann@shop.example", "--role", "support", database_url=shop_url)
    assert said(done) == "Ann@shop.example is staff with the role support\n"
    token = said(run(tmp_path, "staff", "token", "ann@shop.example", database_url=shop_url))
    assert re.fullmatch(r"cgs_[\w-]{43}\n", token)


async def test_a_new_staff_user_has_the_name_that_is_given(tmp_path: Path, shop_url: str):
    email = "named@shop.example"
    created = ("staff", "create", email, "--role", "viewer", "--name", "Grace Hopper")
    said(run(tmp_path, *created, database_url=shop_url))
    async with open_database(shop_url) as database, database.reads.acquire() as connection:
        assert await connection.fetchval("SELECT name FROM staff_user WHERE email = $1", email) == "Grace Hopper"


async def test_a_new_staff_user_without_a_name_is_called_after_the_address(tmp_path: Path, shop_url: str):
    email = "ann.li@example.com"
    said(run(tmp_path, "staff", "create", email, "--role", "viewer", database_url=shop_url))
    async with open_database(shop_url) as database, database.reads.acquire() as connection:
        assert await connection.fetchval("SELECT name FROM staff_user WHERE email = $1", email) == "ann li"


async def test_a_token_of_a_customer_of_one_website_for_some_hours(tmp_path: Path, empty_database_url: str):
    async with open_database(empty_database_url) as database, database.writes.acquire() as connection:
        other = await make_website(connection)
        code = await connection.fetchval("SELECT code FROM website WHERE id = $1", other)
        await make_customer(connection, email="twice@example.com")
        row = await make_customer(connection, email="twice@example.com", website_id=other)
        asked = ("customer", "token", "twice@example.com", "--website", code, "--hours", 5)
        said(run(tmp_path, *asked, database_url=empty_database_url))
        found = await connection.fetchrow("SELECT customer_id, expires_at - now() AS left FROM customer_token")
    assert found is not None
    assert found.customer_id == row.id
    assert dt.timedelta(hours=4) < found.left <= dt.timedelta(hours=5)


def test_schema_is_the_committed_file(tmp_path: Path):
    for audience, file in (("admin", "schema.graphql"), ("storefront", "schema.storefront.graphql")):
        assert said(run(tmp_path, "schema", "--audience", audience)) == (ROOT / file).read_text()


def test_adobe_files_are_tried_then_imported(tmp_path: Path, empty_database_url: str):
    (tmp_path / "people.csv").write_text(CUSTOMERS)
    (tmp_path / "places.csv").write_text(ADDRESSES)
    files = ("import", "adobe", "--customers", "people.csv", "--addresses", "places.csv")
    tried = run(tmp_path, *files, "--dry-run", "--report", "refused.csv", database_url=empty_database_url)
    # The same again would find the customer there, had the dry run written anything.
    done = run(tmp_path, *files, "--report", "refused.csv", database_url=empty_database_url)
    assert (tried.returncode, done.returncode) == (0, 0)
    assert tried.stdout == IMPORTED + "dry run: nothing was written\n"
    assert done.stdout == IMPORTED
    assert len((tmp_path / "refused.csv").read_text().splitlines()) == 2


def test_dates_and_encoding_of_adobe_files_are_stated(tmp_path: Path, empty_database_url: str):
    rows = "email,_website,firstname,lastname,dob\nann@shop.example,base,Јана,Lee,5/6/1980\n"
    (tmp_path / "people.csv").write_text(rows, encoding="cp1251")
    asyncio.run(ask_for_every_field_at(empty_database_url))
    asked = ("import", "adobe", "--customers", "people.csv", "--dates", "dmy", "--encoding", "cp1251")
    done = run(tmp_path, *asked, database_url=empty_database_url)
    assert "100 %" in done.stderr
    assert done.stdout.splitlines()[0] == (
        "customers: 1 read, 1 valid, 0 refused, 0 merged, 1 created, 0 updated, 0 unchanged, 0 notes"
    )


def test_northwind_is_imported(tmp_path: Path, empty_database_url: str):
    folder = ROOT.parent / "shared" / "data" / "northwind"
    if not folder.is_dir():
        pytest.skip("the Northwind files are not on this machine")
    done = run(tmp_path, "import", "northwind", folder, database_url=empty_database_url)
    assert "orders: 830 read, 830 created\n" in said(done)


def test_serve_answers_until_it_is_told_to_end(tmp_path: Path, shop_url: str, seeded: object):
    run(tmp_path, "staff", "create", "eve@shop.example", "--role", "administrator", database_url=shop_url)
    staff = said(run(tmp_path, "staff", "token", "eve@shop.example", database_url=shop_url)).strip()
    with started(tmp_path, "serve", "--port", 0, database_url=shop_url) as service:
        at = line(service.stderr).removeprefix("serving on ")
        assert get(f"{at}/health/live") == (200, {"status": "ok"})
        assert get(f"{at}/health/ready") == (200, {"status": "ok"})
        query = "{ customers(first: 1) { totalCount nodes { email } } }"
        found = post(f"{at}/admin/graphql", staff, query)["data"]["customers"]
        [email] = [node["email"] for node in found["nodes"]]
        assert found["totalCount"] == 200
        customer = said(run(tmp_path, "customer", "token", email, database_url=shop_url))
        assert re.fullmatch(r"cgc_[\w-]{43}\n", customer)
        me = post(f"{at}/graphql", customer.strip(), "{ me { email } }")
        assert me["data"] == {"me": {"email": email}}
        service.send_signal(signal.SIGTERM)
        assert service.wait(10) == 0
        assert service.stdout is not None
        assert staff not in service.stdout.read()
        assert service.stderr is not None
        stops = [json.loads(told) for told in service.stderr if '"stop' in told]
    events = [(told["event"], told.get("unready_seconds"), told.get("drain_seconds")) for told in stops]
    assert events == [("stopping", 0, 25), ("stopped", None, None)]

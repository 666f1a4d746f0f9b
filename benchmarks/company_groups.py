"""`--only companies`: another group for a company of 10,000 members, against statements written by hand that write the same rows in
one transaction; writes COMPANIES.md."""

import argparse
import asyncio
import statistics
from collections.abc import Awaitable, Callable
from typing import Any, Final

import asyncpg
from grid.published import machine_load
from grid.shop import running_grid_shop
from group_statements import LOCK, move_to_group
from mass_action import GROUPS, time_ways
from prepare import BenchmarkShop, act_as
from report import HERE, describe_machine, store_figures

from customer_gql.administration.companies.writes import update_company
from customer_gql.core.ids import encode_id, new_id, new_ids
from customer_gql.database.pools import Database, open_database
from customer_gql.database.statements import Row
from customer_gql.schema.projections import PROJECTIONS
from customer_gql.schema.slices import join_declarations

CUSTOMERS: Final = 20_000
MEMBERS: Final = 10_000
LIMIT: Final = 1.5
PAGE: Final = HERE / "COMPANIES.md"
_NAME: Final = "Members of the benchmark"
_IDS: Final = """SELECT id FROM customer WHERE website_id = 1 AND status = 'ACTIVE'
AND NOT EXISTS (SELECT FROM company_member m WHERE m.customer_id = customer.id) ORDER BY id LIMIT $1"""
_FIND: Final = "SELECT id FROM company WHERE name = $1"
_COMPANY: Final = """INSERT INTO company (id, number, website_id, name, name_sort_key, email, street, city, country_code, postcode,
telephone, group_id, admin_customer_id) VALUES ($1, nextval('company_number_seq'), 1, $2, $2, 'office@example.com',
'{1 High Street}', 'York', 'GB', 'YO1 1AA', '+44 1904 550000', $3, $4)"""
_ROLE: Final = "INSERT INTO company_role (id, company_id, name, permissions, is_default) VALUES ($1, $2, 'Default User', '{}', true)"
_MEMBERS: Final = """INSERT INTO company_member (customer_id, id, company_id, role_id, parent_id, is_primary)
SELECT given.customer_id, given.id, $3, $4, nullif($5, given.id), true
FROM unnest($1::bigint[], $2::bigint[]) AS given (customer_id, id)"""
_TYPES: Final = """UPDATE customer SET group_id = $2, customer_type = CASE WHEN id = $3 THEN 'COMPANY_ADMIN' ELSE 'COMPANY_USER' END
WHERE id = ANY($1)"""
_OF_COMPANY: Final = "SELECT customer_id FROM company_member WHERE company_id = $1 AND is_primary ORDER BY customer_id"
_LOCK_COMPANY: Final = "SELECT version, group_id FROM company WHERE id = $1 FOR UPDATE"
_CHANGE_COMPANY: Final = "UPDATE company SET group_id = $2, version = version + 1, updated_at = now() WHERE id = $1"
_STAFF_HISTORY: Final = """INSERT INTO staff_event (id, kind, actor, actor_id, subject, version, changes)
SELECT $2, 'COMPANY_CHANGED', 'STAFF', $3, $4, version, jsonb_build_object('groupId', jsonb_build_array($5::text, $6::text))
FROM company WHERE id = $1"""
_TOLD: Final = """INSERT INTO domain_event (id, type, subject, changed_fields, website_id, actor, actor_id)
VALUES ($1, 'company.updated', $2, '{groupId}', 1, 'STAFF', $3)"""


def compare_companies(options: argparse.Namespace) -> None:
    join_declarations()
    with running_grid_shop(options.customers or CUSTOMERS) as shop:
        before = machine_load()
        figures = asyncio.run(_measure(shop, options.rounds))
        figures |= {"rounds": options.rounds, "load": [before, machine_load()]}
    print(_describe(figures), flush=True)
    if options.write:
        store_figures("companies", figures)
        PAGE.write_text(_describe(figures))


async def _measure(shop: BenchmarkShop, rounds: int) -> dict[str, Any]:
    async with open_database(shop.url, read_connections=1, write_connections=2, projections=PROJECTIONS) as database:
        connection = await asyncpg.connect(shop.url, record_class=Row)
        company_id = await _make_company(connection)
        staff_id = await connection.fetchval("SELECT min(id) FROM staff_user")
        ways: dict[str, Callable[[int], Awaitable[None]]] = {
            "service": lambda group: _change_group(database, company_id, staff_id, group),
            "by hand": lambda group: _write_by_hand(connection, company_id, staff_id, group),
        }
        times, written = await time_ways(connection, ways, rounds)
        members = len(await connection.fetch(_OF_COMPANY, company_id))
        await connection.close()
    return {"times": times, "written": written, "members": members}


async def _make_company(connection: Any) -> int:
    """The company of an earlier run, or a new one whose members are the first customers."""
    if found := await connection.fetchval(_FIND, _NAME):
        return found
    ids = [row.id for row in await connection.fetch(_IDS, MEMBERS)]
    if len(ids) < MEMBERS:
        raise SystemExit(f"The shop has {len(ids):,} customers of one website; {MEMBERS:,} are needed.")
    company_id, role_id, seats = new_id(), new_id(), list(new_ids(len(ids)))
    async with connection.transaction():
        await connection.execute(_COMPANY, company_id, _NAME, GROUPS[1], ids[0])
        await connection.execute(_ROLE, role_id, company_id)
        await connection.execute(_MEMBERS, ids, seats, company_id, role_id, seats[0])
        await connection.execute(_TYPES, ids, GROUPS[1], ids[0])
    await connection.execute("VACUUM ANALYZE company, company_role, company_member, customer")
    return company_id


async def _change_group(database: Database, company_id: int, staff_id: int, group: int) -> None:
    given = {"groupId": group}
    async with database.transaction() as connection:
        await update_company(connection, company_id, given, expected_version=None, websites=None, by=act_as(staff_id))


async def _write_by_hand(connection: Any, company_id: int, staff_id: int, group: int) -> None:
    subject = encode_id("com", company_id)
    async with connection.transaction():
        ids = [row.customer_id for row in await connection.fetch(_OF_COMPANY, company_id)]
        await connection.fetch(LOCK, ids)
        stored = await connection.fetchrow(_LOCK_COMPANY, company_id)
        await move_to_group(connection, ids, (stored.group_id, group), staff_id=staff_id)
        await connection.execute(_CHANGE_COMPANY, company_id, group)
        names = [encode_id("grp", one) for one in (stored.group_id, group)]
        await connection.execute(_STAFF_HISTORY, company_id, new_id(), staff_id, subject, *names)
        await connection.execute(_TOLD, new_id(), subject, staff_id)


def _describe(figures: dict[str, Any]) -> str:
    times, written = figures["times"], figures["written"]
    median = {name: statistics.median(taken) for name, taken in times.items()}
    ratio = statistics.median(one / other for one, other in zip(times["service"], times["by hand"], strict=True))
    start, end = figures["load"]
    tables = sorted({table for found in written.values() for table in found})
    rows = [
        f"| `{table}` | " + " | ".join(f"{written[name].get(table, 0):,}" for name in median) + " |" for table in tables
    ]
    kept = "kept" if ratio <= LIMIT else "**not kept**"
    how = (
        f"Another customer group for a company of {figures['members']:,} members, in one transaction; {figures['rounds']} rounds, "
        f"alternating, after a warm-up; load of the machine {start:.0f} at the start, {end:.0f} at the end: compare ratios."
    )
    limit = (
        f"To keep: at most {LIMIT} times the statements by hand; {kept}. These lock the members and the company, update both, and "
        "write history, events and change feed. The service also judges the change, ends sessions that the group excludes and "
        "recomputes derived rows."
    )
    head = ["| {} | `companyUpdate` | Statements by hand |", "|---|---:|---:|"]
    return "\n".join(
        [
            *("# Groups of companies", "", describe_machine(), how, "", head[0].format(""), head[1]),
            "| seconds, median | " + " | ".join(f"{taken:.2f}" for taken in median.values()) + " |",
            f"| the service is times | | {ratio:.2f} |",
            *("", limit, "", "Rows that were inserted or updated:", "", head[0].format("Table"), head[1]),
            *rows,
            "",
        ]
    )

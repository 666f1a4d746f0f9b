"""Files are for their owner, as long as the owner's rights cover them; for everybody else there are none."""

import asyncio
import datetime as dt
from typing import Any

import pytest

from customer_gql.core.ids import encode_id
from customer_gql.execution.files.downloads import AT_ONCE
from customer_gql.messaging.files.settings import LINK_MINUTES
from customer_gql.shop.settings.declaration import GLOBAL
from customer_gql.shop.settings.writes import set_value
from customer_gql.staff.sign_in.sessions import SESSION_COOKIE
from support.clients import Client, served
from support.customers import customer_id, make_customer
from support.exporting import LINK, run_exports, show_export, start_export
from support.staff import make_role, make_staff, make_website, session_of

ALL = ["customers.read", "customers.export", "customers.pii"]
DOWNLOADS = "SELECT count(*) FROM staff_event WHERE kind = 'FILE_DOWNLOADED' AND subject = $1"


class Owner:
    """A staff user with a file."""

    def __init__(self, client: Any, user: Any, role: int, file: str) -> None:
        self.client = client
        self.user = user
        self.role = role
        self.file = file


@pytest.fixture
async def owner(http: Any, connection: Any, tools: Any) -> Owner:
    role = await make_role(connection, permissions=ALL)
    user = await make_staff(connection, role)
    client = Client(http, "/admin/graphql", await session_of(connection, user.id))
    one = await make_customer(connection)
    asked = {"customers": {"selection": {"ids": [customer_id(one)]}, "columns": ["number", "email"]}}
    id = await start_export(client, asked)
    await run_exports(tools)
    [file] = (await show_export(client, id))["files"]
    return Owner(client, user, role, file["id"])


async def get(http: Any, path: str, **headers: str) -> Any:
    return await http.get(path, headers=headers)


def bearer(client: Any) -> dict[str, str]:
    return {"Authorization": f"Bearer {client.token}"}


async def make_link(client: Any, file: str) -> Any:
    return (await client.data(LINK, id=file))["downloadLinkCreate"]


async def test_the_owner_gets_the_file_as_an_attachment(owner, http):
    answer = await get(http, f"/admin/files/{owner.file}", **bearer(owner.client), Range="bytes=0-1")
    assert answer.status_code == 200
    assert answer.text.startswith("ID,E-mail\n")
    shown = {name: answer.headers[name] for name in ("content-type", "x-content-type-options", "accept-ranges")}
    assert shown == {
        "content-type": "text/csv; charset=utf-8",
        "x-content-type-options": "nosniff",
        "accept-ranges": "none",
    }
    assert answer.headers["content-disposition"].startswith("attachment; filename*=UTF-8''customers-")
    assert answer.headers["cache-control"] == "private, no-store"
    assert answer.headers["content-security-policy"].startswith("default-src 'none'")


async def test_the_cookie_of_the_owner_works_but_not_from_another_site(owner, http):
    cookie = {"Cookie": f"{SESSION_COOKIE}={owner.client.token}"}
    path = f"/admin/files/{owner.file}"
    statuses = [
        (await get(http, path, **cookie, **site)).status_code
        for site in (
            {},
            {"Sec-Fetch-Site": "same-origin"},
            {"Sec-Fetch-Site": "none"},
            {"Sec-Fetch-Site": "cross-site"},
        )
    ]
    assert statuses == [200, 200, 200, 404]


async def test_for_everybody_else_there_is_no_such_file(owner, http, admin_client, as_customer, connection):
    customer = await as_customer((await make_customer(connection)).id)
    path = f"/admin/files/{owner.file}"
    answers = [
        await get(http, path, **headers)
        for headers in ({}, bearer(admin_client), bearer(customer), {"Authorization": "Basic x"})
    ]
    answers += [
        await get(http, f"/admin/files/{id}", **bearer(owner.client)) for id in (encode_id("fil", 1), "x", "cus_1")
    ]
    assert {answer.status_code for answer in answers} == {404}
    assert len({answer.content.replace(answer.headers.get("x", "").encode(), b"")[:60] for answer in answers}) == 1
    assert await connection.fetchval(DOWNLOADS, owner.file) == 0
    refused = await make_link(admin_client, owner.file)
    assert (refused["url"], refused["userErrors"][0]["key"], refused["userErrors"][0]["path"]) == (
        None,
        "file.not_found",
        ["fileId"],
    )


@pytest.mark.parametrize(
    "lose",
    [
        "UPDATE staff_role SET permissions = array_remove(permissions, 'customers.pii') WHERE id = $1",
        "UPDATE staff_role SET permissions = array_remove(permissions, 'customers.export') WHERE id = $1",
        "UPDATE staff_user SET is_active = false WHERE role_id = $1",
    ],
)
async def test_rights_are_checked_again_at_the_download(lose, owner, http, connection):
    link = await make_link(owner.client, owner.file)
    await connection.execute(lose, owner.role)
    assert (await get(http, f"/admin/files/{owner.file}", **bearer(owner.client))).status_code == 404
    assert (await get(http, link["url"])).status_code == 404
    assert await connection.fetchval(DOWNLOADS, owner.file) == 0


async def test_a_file_of_all_websites_is_not_for_one_who_reaches_some_by_now(owner, http, connection):
    website = await make_website(connection)
    link = await make_link(owner.client, owner.file)
    await connection.execute("UPDATE staff_role SET website_ids = $2 WHERE id = $1", owner.role, [website])
    assert (await get(http, f"/admin/files/{owner.file}", **bearer(owner.client))).status_code == 404
    assert (await get(http, link["url"])).status_code == 404


async def test_a_link_works_once_without_a_token(owner, http, connection):
    link = await make_link(owner.client, owner.file)
    assert (await http.head(link["url"])).status_code == 405
    first, second = [await get(http, link["url"]) for _ in range(2)]
    assert (first.status_code, second.status_code) == (200, 404)
    assert first.text.startswith("ID,E-mail\n")
    assert await connection.fetchval(DOWNLOADS, owner.file) == 1


async def test_of_many_who_use_a_link_at_one_time_one_gets_the_file(owner, http, connection):
    link = await make_link(owner.client, owner.file)
    answers = await asyncio.gather(*[get(http, link["url"]) for _ in range(5)])
    assert sorted(answer.status_code for answer in answers) == [200, 404, 404, 404, 404]
    assert await connection.fetchval(DOWNLOADS, owner.file) == 1


async def test_a_link_is_not_for_other_staff_who_do_not_spend_it(owner, http, admin_client, connection):
    link = await make_link(owner.client, owner.file)
    cookie = {"Cookie": f"{SESSION_COOKIE}={admin_client.token}"}
    assert [(await get(http, link["url"], **other)).status_code for other in (bearer(admin_client), cookie)] == [
        404
    ] * 2
    assert await connection.fetchval(DOWNLOADS, owner.file) == 0
    used = [(await get(http, link["url"], **bearer(client))).status_code for client in (owner.client, owner.client)]
    assert used == [200, 404]


async def test_staff_of_another_website_get_neither_file_nor_link(owner, http, connection):
    website = await make_website(connection)
    other = await make_staff(connection, await make_role(connection, [*ALL, "jobs.manage"], [website]))
    client = Client(http, "/admin/graphql", await session_of(connection, other.id))
    for recipients in ([], [other.id]):
        await connection.execute(
            "UPDATE stored_file SET recipient_staff_ids = $2 WHERE id = $1", int(owner.file[4:], 16), recipients
        )
        assert (await get(http, f"/admin/files/{owner.file}", **bearer(client))).status_code == 404
        assert (await make_link(client, owner.file))["userErrors"][0]["key"] == "file.not_found"
    assert await connection.fetchval(DOWNLOADS, owner.file) == 0


async def test_a_download_that_is_given_up_frees_its_place_and_holds_no_connection(owner, http):
    for _ in range(2 * AT_ONCE):
        async with http.stream("GET", f"/admin/files/{owner.file}", headers=bearer(owner.client)) as answer:
            assert answer.status_code == 200
    assert (await get(http, f"/admin/files/{owner.file}", **bearer(owner.client))).status_code == 200


async def test_a_link_ends_after_the_minutes_of_the_shop(owner, http, connection):
    async with connection.transaction():
        await set_value(connection, LINK_MINUTES, 2, scope=GLOBAL, scope_id=0)
    link = await make_link(owner.client, owner.file)
    ends = dt.datetime.fromisoformat(link["expiresAt"]) - dt.datetime.now(dt.UTC)
    assert dt.timedelta(minutes=1) < ends <= dt.timedelta(minutes=2)
    own = "UPDATE stored_file_link SET expires_at = now() - interval '1 s' WHERE owner_id = $1"
    await connection.execute(own, owner.user.id)
    assert (await get(http, link["url"])).status_code == 404


async def test_an_expired_file_is_gone_for_its_owner_too(owner, http, connection):
    await connection.execute(
        "UPDATE stored_file SET expires_at = now() - interval '1 s' WHERE id = $1", int(owner.file[4:], 16)
    )
    assert (await get(http, f"/admin/files/{owner.file}", **bearer(owner.client))).status_code == 404
    assert (await make_link(owner.client, owner.file))["userErrors"][0]["key"] == "file.not_found"


async def test_a_file_whose_content_is_gone_is_no_half_answer(owner, http, connection):
    await connection.execute("DELETE FROM stored_file_part WHERE file_id = $1", int(owner.file[4:], 16))
    assert (await get(http, f"/admin/files/{owner.file}", **bearer(owner.client))).status_code == 404


async def test_the_host_is_checked(settings, database, owner):
    async with served(settings.model_copy(update={"allowed_hosts": ["shop.example.com"]}), database) as client:
        answer = await client.get(
            f"/admin/files/{owner.file}", headers={**bearer(owner.client), "Host": "other.example.com"}
        )
    assert answer.status_code == 400

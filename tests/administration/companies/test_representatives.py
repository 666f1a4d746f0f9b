"""Who can become the sales representative of a company: known to those who change companies, without being managers of staff."""

from support.staff import make_role, make_staff, make_website, staff_client

LIST = "query L($search: String) { salesRepresentatives(search: $search) { id name } }"
RENAME = "UPDATE staff_user SET name = $2, name_sort_key = $3, is_active = $4 WHERE id = $1"


async def test_active_staff_are_offered_by_name_to_those_who_change_companies(http, connection):
    role = await make_role(connection)
    people = [await make_staff(connection, role) for _ in range(3)]
    names = {"zoe 100% quux": "Zoë 100% Quux", "aaa lind quux": "Åke Lind Quux", "ada gone": "Ada Gone Quux"}
    for one, (key, name) in zip(people, names.items(), strict=True):
        await connection.execute(RENAME, one.id, name, key, key != "ada gone")
    writer = await staff_client(http, connection, permissions=["companies.write"])
    for search, expected in (
        ("quux", ["Åke Lind Quux", "Zoë 100% Quux"]),
        ("lind å", ["Åke Lind Quux"]),
        ("100%", ["Zoë 100% Quux"]),
        ("1%0", []),
    ):
        assert [one["name"] for one in (await writer.data(LIST, search=search))["salesRepresentatives"]] == expected
    assert 2 <= len((await writer.data(LIST))["salesRepresentatives"]) <= 100
    private = await writer.answer("{ salesRepresentatives { name email } }")
    assert private["errors"][0]["extensions"]["code"] == "FORBIDDEN"
    reader = await staff_client(http, connection, permissions=["companies.read"])
    refused = await reader.answer(LIST)
    assert refused["data"] == {"salesRepresentatives": None}
    assert refused["errors"][0]["extensions"] == {**refused["errors"][0]["extensions"], "permission": "companies.write"}


async def test_of_colleagues_those_who_reach_a_website_of_the_viewers_are_offered(http, connection):
    own, other = await make_website(connection), await make_website(connection)
    names = {"Quay Everywhere": None, "Quay Here": [own, other], "Quay Elsewhere": [other]}
    for name, websites in names.items():
        one = await make_staff(connection, await make_role(connection, website_ids=websites))
        await connection.execute(RENAME, one.id, name, name.lower(), True)
    viewer = await staff_client(http, connection, permissions=["companies.write"], website_ids=[own])
    found = (await viewer.data(LIST, search="quay"))["salesRepresentatives"]
    assert [one["name"] for one in found] == ["Quay Everywhere", "Quay Here"]

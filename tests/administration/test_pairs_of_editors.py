"""For every two edits of one setting, mail text, role or staff user: the second, based on the version before the first,
conflicts in what both write, and stores nothing. Groups have no edits."""

import uuid

import pytest

from customer_gql.core.ids import encode_id
from support.staff import make_role, make_staff, make_website, staff_client
from support.writers import OF_OTHER_RECORDS, inputs_with_version

PATH = "accounts.resets_per_hour"
TEXT = {"subject": "Hi", "html": "<b>Hi</b>", "text": "Hi\n"}
CONFLICTS = "userErrors { code path ... on VersionConflictError { currentVersion conflicts { field yours stored } } }"

# What each writes at the first turn and at the second; of a role or website the number of one.
SETTING = {"configurationSet": {"value": (41, 42)}, "configurationReset": {}}
MAIL_TEXT = {
    "mailTemplateUpdate": {part: (f"{part} 1", f"{part} 2") for part in TEXT},
    "mailTemplateUpdate of the subject": {**{part: (text, text) for part, text in TEXT.items()}, "subject": ("1", "2")},
    "mailTemplateReset": {},
}
ROLE = {
    "staffRoleUpdate of the name": {"name": ("Clerks", "Agents")},
    "staffRoleUpdate of the permissions": {
        "permissions": (["CUSTOMERS_READ", "CUSTOMERS_WRITE"], ["CUSTOMERS_READ", "HISTORY_READ"])
    },
    "staffRoleUpdate of the websites": {"websiteIds": (0, 1)},
}
STAFF_USER = {
    "staffUpdate of the name": {"name": ("Ada", "Eve")},
    "staffUpdate of the job title": {"jobTitle": ("Analyst", "Chief")},
    "staffUpdate of the role": {"roleId": (0, 1)},
    "staffUpdate": {"name": ("Ann", "Bea"), "jobTitle": ("Clerk", "Agent")},
    "staffDeactivate": {},
}
WHOLE = {"configurationReset": {"value"}, "mailTemplateReset": set(TEXT), "staffDeactivate": {"isActive"}}
"""What those write that are given nothing."""
RECORDS = {"setting": SETTING, "mail text": MAIL_TEXT, "role": ROLE, "staff user": STAFF_USER}
PAIRS = [
    pytest.param(kind, first, second, id=f"{first}, {second}")
    for kind, editors in RECORDS.items()
    for first in editors
    for second in editors
    if second.partition(" ")[0] in inputs_with_version() and not (first == second and second in WHOLE)
]


def test_every_mutation_of_another_record_is_an_editor():
    editors = {name.partition(" ")[0] for editors in RECORDS.values() for name in editors}
    assert editors & inputs_with_version() >= OF_OTHER_RECORDS


def written_by(kind, name):
    return WHOLE.get(name) or {field for field, (one, other) in RECORDS[kind][name].items() if one != other}


class Record:
    """One record, at its first version."""

    def __init__(self, boss, key, websites, roles):
        self.boss, self.key, self.websites, self.roles = boss, key, websites, roles

    def value(self, field, given):
        match field:
            case "websiteIds":
                return [self.websites[given]]
            case "roleId":
                return self.roles[given]
            case "name":
                return f"{given} {uuid.uuid4().hex}"
            case _:
                return given

    async def edit(self, kind, name, turn, **given_instead):
        """The refusals."""
        mutation = name.partition(" ")[0]
        given = {field: self.value(field, values[turn - 1]) for field, values in RECORDS[kind][name].items()}
        type = mutation[0].upper() + mutation[1:] + "Input"
        type = "StaffUserInput" if mutation == "staffDeactivate" else type
        document = f"mutation E($input: {type}!) {{ {mutation}(input: $input) {{ {CONFLICTS} }} }}"
        input = {**self.key, **given, **given_instead}
        return (await self.boss.data(document, input=input))[mutation]["userErrors"]


@pytest.fixture
async def make_record(http, connection):
    async def make(kind):
        boss = await staff_client(http, connection)
        websites = [encode_id("web", await make_website(connection)) for _ in "abc"]
        roles = [await make_role(connection, ["customers.read"]) for _ in "abc"]
        names = [encode_id("rol", role) for role in roles]
        keys = {"setting": {"path": PATH, "scope": {"websiteId": websites[2]}}, "role": {"id": names[2]}}
        keys["mail text"] = {"template": "WELCOME", "websiteId": websites[2]}
        if kind == "staff user":
            keys[kind] = {"id": encode_id("stf", (await make_staff(connection, roles[2])).id)}
        record = Record(boss, keys[kind], websites, names)
        if kind == "setting":
            assert await record.edit(kind, "configurationSet", 1, value=40) == []
        if kind == "mail text":
            assert await record.edit(kind, "mailTemplateUpdate", 1, **TEXT) == []
        return record

    return make


@pytest.mark.parametrize(("kind", "first", "second"), PAIRS)
async def test_the_second_of_two_edits_conflicts_in_what_both_write(kind, first, second, make_record):
    record = await make_record(kind)
    assert await record.edit(kind, first, 1) == []
    both = written_by(kind, first) & written_by(kind, second)
    stale = await record.edit(kind, second, 2, expectedVersion=1)
    if not both:
        assert stale == []
        return
    assert [(error["code"], error["path"]) for error in stale] == [("VERSION_CONFLICT", ["expectedVersion"])]
    conflicts = {conflict["field"]: conflict for conflict in stale[0]["conflicts"]}
    assert conflicts.keys() >= both if kind == "mail text" else conflicts.keys() == both
    assert all(conflict["yours"] != conflict["stored"] for conflict in conflicts.values())
    assert await record.edit(kind, second, 2, expectedVersion=stale[0]["currentVersion"]) == []

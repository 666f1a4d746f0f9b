"""For every two edits of one mail text, role, staff user, customer group, company or website: the second, based on the version
before the first, conflicts in what both write, and stores nothing."""

import uuid

import pytest

from customer_gql.core.ids import encode_id
from customers.attributes.samples import make_attribute
from support.companies import admin_of, company_id, make_company
from support.staff import make_role, make_staff, make_website, staff_client
from support.writers import OF_OTHER_RECORDS, inputs_with_version

TEXT = {"subject": "Hi", "html": "<b>Hi</b>", "text": "Hi\n"}
MAKE_GROUP = """mutation M($name: String!) {
  customerGroupCreate(input: { name: $name }) { customerGroup { id } userErrors { code } } }"""
CONFLICTS = "userErrors { code path ... on VersionConflictError { currentVersion conflicts { field yours stored } } }"

# What each writes at the first turn and at the second; of a role or website the number of one.
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
GROUP = {
    "customerGroupUpdate of the name": {"name": ("Dealers", "Clubs")},
    "customerGroupUpdate of the websites": {"excludedWebsiteIds": (0, 1)},
}
COMPANY = {
    "companyUpdate of the name": {"name": ("Engines", "Looms")},
    "companyProfileUpdate of the name": {"name": ("Mills", "Forges")},
    "companyProfileUpdate of the texts": {"vatNumber": ("GB3", "GB4"), "legalName": ("Mill Ltd", "Forge Ltd")},
    "companyUpdate of the texts": {"comment": ("Pays late.", "Pays early."), "vatNumber": ("GB1", "GB2")},
}
ATTRIBUTE = {
    "attributeUpdate of the label": {"label": ("Shoe size", "Size of shoes")},
    "attributeUpdate of the rules": {"rules": ({"maxLength": 9}, {"maxLength": 8}), "isSearchable": (True, True)},
}
WEBSITE = {
    "websiteUpdate of the name": {"name": ("Engines", "Looms")},
    "websiteUpdate of the currency": {"currency": ("SEK", "NOK")},
}
STORE = {"storeUpdate": {"name": ("Engines", "Looms")}}
STORE_VIEW = {
    "storeViewUpdate of the name": {"name": ("Engines", "Looms")},
    "storeViewUpdate of the locale": {"locale": ("de_DE", "fr_FR")},
}
WHOLE = {"mailTemplateReset": set(TEXT), "staffDeactivate": {"isActive"}}
"""What those write that are given nothing."""
RECORDS = {"mail text": MAIL_TEXT, "role": ROLE, "staff user": STAFF_USER, "group": GROUP}
RECORDS |= {"company": COMPANY, "attribute": ATTRIBUTE}
RECORDS |= {"website": WEBSITE, "store": STORE, "store view": STORE_VIEW}
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
        self.others = {}
        """By mutation that the boss does not send, who sends it, and how it names the record."""

    def value(self, field, given):
        match field:
            case "websiteIds" | "excludedWebsiteIds":
                return [self.websites[given]]
            case "roleId":
                return self.roles[given]
            case "name":
                return f"{given} {uuid.uuid4().hex[:20]}"
            case _:
                return given

    async def edit(self, kind, name, turn, **given_instead):
        """The refusals."""
        mutation = name.partition(" ")[0]
        given = {field: self.value(field, values[turn - 1]) for field, values in RECORDS[kind][name].items()}
        type = mutation[0].upper() + mutation[1:] + "Input"
        type = "StaffUserInput" if mutation == "staffDeactivate" else type
        document = f"mutation E($input: {type}!) {{ {mutation}(input: $input) {{ {CONFLICTS} }} }}"
        client, key = self.others.get(mutation, (self.boss, self.key))
        input = {**key, **given, **given_instead}
        return (await client.data(document, input=input))[mutation]["userErrors"]


@pytest.fixture
async def make_record(http, connection, as_customer):
    async def make(kind):
        boss = await staff_client(http, connection)
        websites = [encode_id("web", await make_website(connection)) for _ in "abc"]
        roles = [await make_role(connection, ["customers.read"]) for _ in "abc"]
        names = [encode_id("rol", role) for role in roles]
        website = await make_website(connection)
        await connection.execute("UPDATE website SET currency = 'ISK' WHERE id = $1", website)  # no price is in it
        keys = {"role": {"id": names[2]}, "mail text": {"template": "WELCOME", "websiteId": websites[2]}}
        for record, prefix in (("website", "web"), ("store", "sto"), ("store view", "stv")):
            keys[record] = {"id": encode_id(prefix, website)}
        if kind == "group":
            made = await boss.data(MAKE_GROUP, name=uuid.uuid4().hex)
            keys[kind] = {"id": made["customerGroupCreate"]["customerGroup"]["id"]}
        if kind == "attribute":
            keys[kind] = {"id": encode_id("att", (await make_attribute(connection, label="Size", is_visible=False)).id)}
        company = await make_company(connection) if kind == "company" else None
        if company is not None:
            keys[kind] = {"id": company_id(company)}
        if kind == "staff user":
            keys[kind] = {"id": encode_id("stf", (await make_staff(connection, roles[2])).id)}
        record = Record(boss, keys[kind], websites, names)
        if company is not None:
            owner = await as_customer((await admin_of(connection, company)).customer_id)
            record.others["companyProfileUpdate"] = owner, {"companyId": company_id(company)}
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

"""Samples of what staff do with companies, for the tests that walk the whole graph."""

import uuid
from typing import Any

from customer_gql.core.ids import encode_id
from customer_gql.database.statements import Connection, Row
from support.calls import GROUP, about, by_input, by_view, filtered
from support.changes import Change, Changes, Scene
from support.companies import company_id, make_company, make_member
from support.customers import customer_id, make_customer
from support.made_rows import MadeRows
from support.staff import make_role, make_staff, make_website

WEBSITE = encode_id("web", 1)
PERSON = {"firstName": "Anna", "lastName": "Abel"}
_FIELDS = ("email", "telephone", "countryCode", "region", "city", "street", "postcode", "legalName", "vatNumber")
NOT_PERSONAL = {
    f"CompanyGridRow.{field}": "of a firm, not of a person"
    for field in (*_FIELDS, "name", "resellerId", "externalId", "comment", "adminJobTitle")
} | dict.fromkeys(("CompanyActionBlocker.key", "CompanyActionBlocker.message"), "about a rule")


def tried(make: Any) -> Any:
    """A dry run: what selects many would act on companies of other tests."""
    return lambda ids: {"input": {"action": "BLOCK", **make(ids)}, "dryRun": True}


CALLS = {
    "companies": [
        lambda _: {},
        by_view,
        lambda _: {"filter": {"group": {"eq": GROUP, "in": [GROUP], "notIn": [GROUP]}}},
        *[filtered(key, prefix) for key, prefix in {"website": "web", "salesRepresentative": "stf"}.items()],
        filtered("parent", "com"),
    ],
    "company": [lambda ids: {"id": ids["com"]}],
}
ADDRESS = {
    "street": ["1 Analytical Way"],
    "city": "London",
    "countryCode": "GB",
    "postcode": "N1 7AA",
    "telephone": "+44 20 7946 0000",
}
PROFILE = {"name": "Walk & Co", "email": "office@walk.example.com", "legalAddress": ADDRESS, "groupId": GROUP}
CALLS |= {
    "companyCreate": [
        by_input(
            lambda ids: {
                **PROFILE,
                "websiteId": ids["web"],
                "adminId": ids["cus"],
                "salesRepresentativeId": ids.own("stf"),
            }
        ),
        by_input(
            lambda ids: {
                **PROFILE,
                "websiteId": ids["web"],
                "newAdmin": {**PERSON, "email": "walk@walk.example.com", "welcomeStoreViewId": ids["stv"]},
            }
        ),
    ],
    "companyUpdate": [
        by_input(lambda ids: {"id": ids["com"], "groupId": GROUP, "salesRepresentativeId": ids.own("stf")})
    ],
    "companyDelete": [about("com")],
    "companyActivate": [about("com")],
    "companyReject": [about("com", reason="No VAT number.")],
    "companyBlock": [about("com")],
    "companyParentSet": [
        by_input(lambda ids: {"companyId": ids["com"], "parentId": ids.own("com")}),
        by_input(lambda ids: {"companyId": ids.own("com"), "parentId": ids["com"]}),
    ],
    "companyMemberAdd": [
        by_input(lambda ids: {"companyId": ids["com"], "customerId": ids.own("cus")}),
        by_input(lambda ids: {"companyId": ids.own("com"), "customerId": ids["cus"], "roleId": ids.own("crl")}),
        by_input(lambda ids: {"companyId": ids.own("com"), "customerId": ids.own("cus"), "roleId": ids["crl"]}),
    ],
    "companyMemberRemove": [
        by_input(lambda ids: {"companyId": ids["com"], "customerId": ids.own("cus")}),
        by_input(lambda ids: {"companyId": ids.own("com"), "customerId": ids["cus"]}),
    ],
    "companyMemberUpdate": [
        by_input(lambda ids: {"companyId": ids["com"], "customerId": ids.own("cus"), "jobTitle": "Buyer"}),
        by_input(lambda ids: {"companyId": ids.own("com"), "customerId": ids["cus"], "jobTitle": "Buyer"}),
        by_input(lambda ids: {"companyId": ids.own("com"), "customerId": ids.own("cus"), "roleId": ids["crl"]}),
    ],
    "companyNodeParentSet": [
        by_input(lambda ids: {"companyId": ids["com"], "nodeId": ids["ctm"], "parentId": ids["cmb"]}),
        by_input(lambda ids: {"companyId": ids.own("com"), "nodeId": ids["ctm"], "parentId": ids.own("cmb")}),
        by_input(lambda ids: {"companyId": ids.own("com"), "nodeId": ids.own("ctm"), "parentId": ids["cmb"]}),
    ],
    "companyAdminReplace": [
        by_input(lambda ids: {"companyId": ids["com"], "customerId": ids.own("cus")}),
        by_input(lambda ids: {"companyId": ids.own("com"), "customerId": ids["cus"]}),
        by_input(
            lambda ids: {
                "companyId": ids["com"],
                "newAdmin": {**PERSON, "email": "next@walk.example.com", "welcomeStoreViewId": ids["stv"]},
            }
        ),
    ],
    "companyMassAction": [
        by_input(
            lambda ids: {
                "action": "ASSIGN_GROUP",
                "groupId": GROUP,
                "selection": {"ids": [ids["com"]]},
            }
        ),
        tried(lambda ids: {"selection": {"everything": True}, "exceptIds": [ids["com"]]}),
        tried(lambda _: {"selection": {"filter": {"group": {"eq": GROUP, "in": [GROUP], "notIn": [GROUP]}}}}),
        *[
            tried(lambda ids, key=key, prefix=prefix: {"selection": filtered(key, prefix)(ids)})
            for key, prefix in {"website": "web", "salesRepresentative": "stf", "parent": "com"}.items()
        ],
        lambda ids: {
            "input": {
                "action": "ASSIGN_SALES_REPRESENTATIVE",
                "salesRepresentativeId": ids.own("stf"),
                "selection": {"ids": [ids["com"]]},
            }
        },
        lambda ids: {
            "input": {"action": "BLOCK", "selection": {"viewId": by_view(ids)["viewId"]}},
            "dryRun": True,
        },
        tried(lambda ids: {"selection": {"selectionId": ids["sel"]}}),
    ],
    "companySelectionCreate": [
        by_input(lambda ids: {"selection": {"ids": [ids["com"]]}}),
        by_input(lambda ids: {"selection": {"everything": True}, "exceptIds": [ids["com"]]}),
        by_input(lambda ids: {"selection": {"viewId": by_view(ids)["viewId"]}}),
        by_input(lambda ids: {"selection": {"selectionId": ids["sel"]}}),
        by_input(lambda _: {"selection": {"filter": {"group": {"eq": GROUP, "in": [GROUP], "notIn": [GROUP]}}}}),
        *[
            by_input(lambda ids, key=key, prefix=prefix: {"selection": filtered(key, prefix)(ids)})
            for key, prefix in {"website": "web", "salesRepresentative": "stf", "parent": "com"}.items()
        ],
    ],
}


async def member_of(scene: Scene) -> tuple[Row, Row]:
    """A company, and one of its members."""
    employer, row = await make_company(scene.connection), await scene.shopper()
    await make_member(scene.connection, employer, row)
    return employer, row


async def joining(scene: Scene) -> Change:
    employer, row = await make_company(scene.connection), await scene.shopper()
    return Change(scene.staff, {"companyId": company_id(employer), "customerId": customer_id(row)}, row)


async def leaving(scene: Scene) -> Change:
    employer, row = await member_of(scene)
    return Change(scene.staff, {"companyId": company_id(employer), "customerId": customer_id(row)}, row)


async def reseating(scene: Scene) -> Change:
    employer, row = await member_of(scene)
    given = {"companyId": company_id(employer), "customerId": customer_id(row), "jobTitle": "Buyer"}
    return Change(scene.staff, given, row)


async def founding(scene: Scene) -> Change:
    row = await scene.shopper()
    return Change(scene.staff, {**PROFILE, "websiteId": WEBSITE, "adminId": customer_id(row)}, row)


async def closing(scene: Scene) -> Change:
    row = await scene.shopper()
    employer = await make_company(scene.connection, row)
    return Change(scene.staff, {"id": company_id(employer)}, row)


async def regrouping(scene: Scene) -> Change:
    row = await scene.shopper()
    employer = await make_company(scene.connection, row)
    return Change(scene.staff, {"id": company_id(employer), "groupId": GROUP}, row)


async def regrouping_many(scene: Scene) -> Change:
    row = await scene.shopper()
    employer = await make_company(scene.connection, row)
    selection = {"ids": [company_id(employer)]}
    return Change(scene.staff, {"action": "ASSIGN_GROUP", "groupId": GROUP, "selection": selection}, row)


async def opening(scene: Scene) -> Change:
    row = await scene.shopper(status="INACTIVE")
    employer = await make_company(scene.connection, row, status="PENDING")
    await scene.connection.execute(
        "UPDATE company_member SET is_account_of_company = true WHERE customer_id = $1", row.id
    )
    return Change(scene.staff, {"id": company_id(employer)}, row)


CHANGES: Changes = {
    "companyCreate": [(founding, "COMPANY_JOINED", {"company"})],
    "companyUpdate": [(regrouping, "EDITED", {"groupId"})],
    "companyMassAction": [(regrouping_many, "EDITED", {"groupId"})],
    "companyDelete": [(closing, "COMPANY_LEFT", {"company"})],
    "companyActivate": [(opening, "ACTIVATED", {"status"})],
    "companyMemberAdd": [(joining, "COMPANY_JOINED", {"company"})],
    "companyMemberRemove": [(leaving, "COMPANY_LEFT", {"company"})],
    "companyMemberUpdate": [(reseating, "COMPANY_PLACE_CHANGED", {"company", "jobTitle"})],
}
UNRECORDED = {
    **dict.fromkeys(
        ("companyReject", "companyBlock", "companyParentSet", "companyNodeParentSet"), "in the history of staff"
    ),
    "companyAdminReplace": "in the history of staff, and in those of two customers",
    "companySelectionCreate": "changes no company",
}
NAMES = ["Straße & Co", "straf", "A%b_", "Éire Ltd"]
STATES = ["ACTIVE", "PENDING", "REJECTED", "BLOCKED"]


async def make_rows(connection: Connection, count: int) -> MadeRows:
    """Companies of one website, every second one with a parent."""
    website = await make_website(connection)
    here = {"website_id": website, "created_in_store_view_id": website}
    staff = await make_staff(connection, await make_role(connection))
    parent: list[int] = []

    async def add(connection: Connection, number: int = 0) -> Row:
        name = NAMES[number % 4]
        admin = await make_customer(
            connection,
            **here,
            last_name=name,
            gender=[None, "FEMALE"][number % 2],
            email=f"B{uuid.uuid4().hex}@A.example",
        )
        given: dict[str, Any] = dict.fromkeys(("legal_name", "vat_number", "reseller_id", "comment"), name)
        status = STATES[number % 4]
        is_rejected = status == "REJECTED"
        made = await make_company(
            connection,
            admin,
            name=f"{name} {uuid.uuid4().hex[:8]}",
            email=f"Office.{uuid.uuid4().hex[:8]}@A.example",
            status=status,
            rejection_reason="No VAT number." if is_rejected else None,
            rejected_at=admin.created_at if is_rejected else None,
            parent_id=parent[0] if parent and number % 2 else None,
            sales_representative_id=[staff.id, None][number % 2],
            region=[None, name][number % 2],
            postcode=[None, "N1 7AA"][number % 2],
            external_id=[None, uuid.uuid4().hex][number % 2],
            **(given if number % 3 else {}),
        )
        parent.append(made.id)
        return made

    for number in range(count):
        await add(connection, number)
    return MadeRows({"website": {"eq": encode_id("web", website)}}, add, website)


GRID_ROWS = {"COMPANIES": make_rows}

"""What a slice could forget to declare: that a root looks at the viewer's reach, and that a text tells of a person."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from graphql import GraphQLObjectType, GraphQLSchema, GraphQLString, get_named_type

from customer_gql.graph.nodes import NodeId, visible_to_everyone
from customer_gql.schema import admin
from support.reach_lint import Function, lists_without_website, root_kind, unreached
from support.slice_samples import merge

SOURCES = Path(__file__).parents[2] / "src" / "customer_gql"
AREAS = ("administration", "commerce", "customers", "messaging", "shop", "staff")
FILES = {str(file.relative_to(SOURCES)): file.read_text() for area in AREAS for file in (SOURCES / area).rglob("*.py")}
BY_ACTOR = (
    "staff",
    "administration/customer_import",
    "administration/export_schedules",
    "administration/grid_views",
    "customers/attribute_files",
    "administration/jobs",
    "administration/webhooks",
    "customers/companies/joining",
    "customers/companies/self_service",
    "administration/mass_actions/undo",
    "administration/selections",
)
"""Slices whose rules compare with who acts."""

LISTS_OF_STAFF = {
    "import_list": "its root keeps to imports that the viewer sees",
    "mapping_list": "its root keeps to the viewer's own",
    "job_list": "its root keeps to jobs that the viewer sees",
    "view_list": "its root keeps to views that are shared or the viewer's own",
    "invitation_list": "its root passes `visible_within`",
    "tags": "counted among the customers of the viewer's websites",
}

STAFF_AND_SHOP = {
    *(
        "StaffUser",
        "SalesRepresentative",
        "StaffRole",
        "StaffSession",
        "StaffEvent",
        "StaffEventChange",
        "StaffUserGridRow",
        "StaffEventGridRow",
        "ServiceToken",
        "CustomerGroupGridRow",
    ),
    *("ConfigurationSetting", "MailTemplate", "MailPreview"),
}
"""Types that tell nothing of customers, besides those that everybody may see."""

NOT_PERSONAL = {
    "Address.region": "a state, as the country is one",
    "Address.regionCode": "the code of a state",
    "Address.countryCode": "a code",
    "OrderAddress.region": "a state, as the country is one",
    "OrderAddress.countryCode": "a code",
    "Order.number": "made by the shop",
    "OrderItem.sku": "of the product",
    "OrderItem.name": "of the product",
    "TrackingNumber.carrier": "a company",
    "TrackingNumber.number": "made by the carrier",
    "HistoryEvent.kind": "a word of this service",
}
"""Text that needs no mask, and why. A new slice lists its own in its `samples.py`."""


def has_roots(text: str) -> bool:
    return any(root_kind(node) for node in ast.walk(ast.parse(text)) if isinstance(node, Function))


ROOTS = [name for name, text in FILES.items() if name.endswith("operations.py") or has_roots(text)]
NARROWED = [name for name in ROOTS if re.search(r"websites=[\w.]*website_ids", FILES[name])]


@pytest.mark.parametrize("file", ROOTS)
def test_what_a_request_names_is_looked_up_within_the_viewers_reach(file: str):
    assert unreached(FILES[file], by_actor=file.startswith(BY_ACTOR)) == []


@pytest.mark.parametrize("file", NARROWED)
def test_a_root_that_forgets_the_websites_is_found(file: str):
    assert unreached(re.sub(r"websites=[\w.]*website_ids", "websites=None", FILES[file])) != []


def test_lists_know_the_website_of_a_row():
    found = {name for text in FILES.values() for name in lists_without_website(text)}
    assert found == set(LISTS_OF_STAFF)
    assert lists_without_website("orders = RootList(ORDER, [])\ncarts = RootList(CART, [], website=w)") == ["orders"]


ROOT = """
    @{declared}
    async def note(self, info, id: strawberry.ID{more}):
        {body}
"""
READ = "return await info.context.load(reads.notes_by_id, {key})"
FORGETFUL = {
    "a batch read of a given key": ("admin_field()", READ.format(key='decode_id(id, "not")')),
    "a given key under another name": (
        "admin_field()",
        'key = decode_id(id, "not")\n        ' + READ.format(key="key"),
    ),
    "a list of everything": ("admin_field()", "return await info.context.fetch(reads.NOTES)"),
    "a filter as it was given": ("admin_field()", "return await reads.find_notes(connection, id)"),
    "a rule without websites": (
        "admin_mutation()",
        'await writes.edit(c, parse_input_id(id, "not", ["id"]), by=actor_of(viewer))',
    ),
    "another customer's key": (
        "customer_mutation()",
        'await writes.delete_note(c, *parse_input_keys(id, "not", 2, ["id"]))',
    ),
}
CAREFUL = {
    "the websites passed": ("admin_mutation()", "await writes.edit(c, id, websites=info.context.viewer.website_ids)"),
    "the one check of customers": ("admin_field()", 'return await find_reachable_customer(c, decode_id(id, "cus"))'),
    "a batch read of what was reached": (
        "admin_field()",
        "row = await find_note(c, id, websites=viewer.website_ids)\n        " + READ.format(key="row.id"),
    ),
    "for staff of all websites": ("admin_field(all_websites=True)", READ.format(key='decode_id(id, "not")')),
    "the own key": ("customer_field()", READ.format(key="info.context.viewer.customer_id")),
}


@pytest.mark.parametrize(("declared", "body"), FORGETFUL.values(), ids=FORGETFUL)
def test_the_lint_finds(declared: str, body: str):
    assert len(unreached("class Roots:" + ROOT.format(declared=declared, body=body, more=""))) == 1


@pytest.mark.parametrize(("declared", "body"), CAREFUL.values(), ids=CAREFUL)
def test_the_lint_accepts(declared: str, body: str):
    assert unreached("class Roots:" + ROOT.format(declared=declared, body=body, more="")) == []


def unmasked(schema: GraphQLSchema) -> Iterator[str]:
    """Text of rows about customers that is not declared personal. Payloads and pages hold no rows of their own."""
    for name, kind in schema.type_map.items():
        if not isinstance(kind, GraphQLObjectType) or name.startswith("__") or name in STAFF_AND_SHOP:
            continue
        declared = {field: declaration(shape) for field, shape in kind.fields.items()}
        if re.search("(Edge|Payload|PageInfo|Error|FieldConflict|FieldChange)$", name) or is_open(declared.get("id")):
            continue
        for field, metadata in declared.items():
            if get_named_type(kind.fields[field].type) is GraphQLString and not metadata.get("personal"):
                yield f"{name}.{field}"


def declaration(shape: Any) -> dict[str, Any]:
    return getattr(shape.extensions.get("strawberry-definition"), "metadata", {})


def is_open(id_declaration: dict[str, Any] | None) -> bool:
    declared = (id_declaration or {}).get("id")
    return isinstance(declared, NodeId) and declared.visible is visible_to_everyone


def test_text_about_a_person_is_declared_personal():
    excused = NOT_PERSONAL | merge("NOT_PERSONAL")
    assert set(unmasked(admin.schema._schema)) == set(excused)


def test_a_section_that_forgets_it_is_found():
    import strawberry

    from customer_gql.graph.fields import column

    @strawberry.type
    class Note:
        text: str = column("Text.")
        author: str = column("Author.", personal=True)
        lines: list[str] = column("Lines.")

    @strawberry.type
    class Query:
        note: Note

    assert list(unmasked(strawberry.Schema(Query)._schema)) == ["Note.text", "Note.lines"]

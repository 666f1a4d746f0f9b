"""`company.capabilities` refuse exactly what the mutations refuse, in every state and for everybody."""

import re
from typing import Any

import pytest

from customer_gql.administration.capabilities.companies import find_company_mutations
from customer_gql.core.permissions import ALL_PERMISSIONS
from customer_gql.schema import admin
from support.companies import admin_of, company_id, make_company, make_member, member_id
from support.customers import customer_id, make_customer
from support.staff import staff_client

READ = "query C($id: ID!) { company(id: $id) { capabilities { action isAllowed missingPermission refusal { code key params } } } }"
MUTATIONS = find_company_mutations(admin.schema)
_OF_MEMBERS = {"companyMemberRemove", "companyMemberUpdate", "companyNodeParentSet"}
SHAPES = admin.schema._schema.mutation_type.fields  # pyright: ignore


def action_of(mutation: str) -> str:
    return re.sub(r"(?<!^)([A-Z])", r"_\1", mutation).upper()


async def input_of(mutation: str, connection: Any, made: Any) -> dict[str, Any]:
    """An input that no rule refuses by itself."""
    row = await make_customer(connection)
    seat = await make_member(connection, made, row) if mutation in _OF_MEMBERS else None
    match mutation:
        case "companyMemberAdd" | "companyMemberRemove" | "companyMemberUpdate" | "companyAdminReplace":
            return {"companyId": company_id(made), "customerId": customer_id(row)}
        case "companyNodeParentSet":
            assert seat is not None
            root = await admin_of(connection, made)
            return {"companyId": company_id(made), "nodeId": member_id(seat), "parentId": member_id(root)}
        case "companyParentSet":
            return {"companyId": company_id(made), "parentId": None}
        case "companyReject":
            return {"id": company_id(made), "reason": "No VAT number."}
        case "companyUpdate":
            return {"id": company_id(made), "name": "Engines & Co"}
        case _:
            return {"id": company_id(made)}


async def make_in_state(connection: Any, state: str) -> Any:
    now = (await make_customer(connection)).created_at
    rejected = {"rejection_reason": "x", "rejected_at": now} if state == "REJECTED" else {}
    return await make_company(connection, status=state, **rejected)


async def capabilities(client: Any, made: Any) -> dict[str, Any]:
    found = (await client.data(READ, id=company_id(made)))["company"]["capabilities"]
    return {one["action"]: one for one in found}


async def call(client: Any, mutation: str, given: dict[str, Any]) -> Any:
    kind = SHAPES[mutation].args["input"].type
    document = f"mutation M($input: {kind}) {{ {mutation}(input: $input) {{ userErrors {{ code key params }} }} }}"
    return await client.answer(document, input=given)


def test_every_mutation_of_one_company_is_here():
    assert {"companyUpdate", "companyDelete", "companyActivate", "companyReject", "companyBlock"} < set(MUTATIONS)
    assert not {"companyCreate", "companyMassAction"} & set(MUTATIONS)


@pytest.mark.parametrize("state", ["PENDING", "ACTIVE", "REJECTED", "BLOCKED"])
async def test_a_capability_refuses_exactly_when_its_mutation_does(admin_client: Any, connection: Any, state: str):
    for mutation in MUTATIONS:
        made = await make_in_state(connection, state)
        given = await input_of(mutation, connection, made)
        stated = (await capabilities(admin_client, made))[action_of(mutation)]
        errors = (await call(admin_client, mutation, given))["data"][mutation]["userErrors"]
        assert ([] if stated["refusal"] is None else [stated["refusal"]]) == errors, mutation
        assert (stated["isAllowed"], stated["missingPermission"]) == (not errors, None), mutation


async def test_every_mutation_needs_the_permission_that_its_capability_names(http: Any, connection: Any):
    made = await make_company(connection)
    for permission in sorted(set(MUTATIONS.values())):
        lacking = await staff_client(http, connection, ALL_PERMISSIONS - {permission})
        stated = await capabilities(lacking, made)
        assert {name: found["missingPermission"] for name, found in stated.items()} == {
            action_of(name): permission.value if needed is permission else None for name, needed in MUTATIONS.items()
        }
        for mutation, needed in MUTATIONS.items():
            if needed is permission:
                error = (await call(lacking, mutation, await input_of(mutation, connection, made)))["errors"][0]
                assert error["extensions"] == {"code": "FORBIDDEN", "permission": permission.value}, mutation

from collections.abc import Mapping
from typing import Annotated, Any, Final

import strawberry

from customer_gql.core.actor import actor_of
from customer_gql.core.errors import RuleError, UserErrorCode
from customer_gql.core.ids import decode_id, encode_id
from customer_gql.core.permissions import Permission
from customer_gql.customers.profile.reads import find_reachable_customer
from customer_gql.customers.profile.types import CustomerLink, CustomerPayload, Gender
from customer_gql.graph.context import Info
from customer_gql.graph.fields import column
from customer_gql.graph.payloads import EXPECTED_VERSION, Payload
from customer_gql.graph.roots import INPUT, RequiresPermission, admin_mutation
from customer_gql.graph.scalars import graph_enum

from . import mass_action
from .mass_action import MAX_IDS, MassAction, MassActionOutcome
from .quick_edit import quick_edit


@strawberry.input(
    description="The fields of a grid row that can be edited in place. A field left out keeps its value; "
    "where null is taken, it clears."
)
class CustomerQuickEditInput:
    id: strawberry.ID = column("The customer.")
    expected_version: int | None = strawberry.field(description=EXPECTED_VERSION, default=None)
    email: strawberry.Maybe[str] = column("Address to sign in with. The old and the new one are told by mail.")
    group_id: strawberry.Maybe[strawberry.ID] = column("Customer group; refused for a company's members.")
    telephone: strawberry.Maybe[str] = column("Telephone of the default billing address.")
    postcode: strawberry.Maybe[str | None] = column(
        "Postal code of the default billing address; null only where the country has none."
    )
    website_id: strawberry.Maybe[strawberry.ID] = column("Website the account moves to.")
    tax_vat_number: strawberry.Maybe[str | None] = column("Tax or VAT number, at most 50 characters; null clears.")
    gender: strawberry.Maybe[Gender | None] = column("Gender; null clears.")


@strawberry.type(description="What quick edit did.")
class CustomerQuickEditPayload(CustomerPayload):
    changed_fields: list[str] = strawberry.field(
        description="Input fields whose value differed from the stored one and was stored; empty when nothing changed.",
        default_factory=list,
    )


graph_enum(
    MassAction,
    "What a mass action does.",
    {
        "SUBSCRIBE": "Subscribe to the newsletter of the default store view of each customer's website, no other.",
        "UNSUBSCRIBE": "End every newsletter subscription, in all store views.",
        "ASSIGN_GROUP": "Move to the group `groupId`. Refused for members of a company.",
        "DELETE": "Delete the accounts for good. Orders, reviews and ledgers stay. Refused for a company's admin.",
    },
    name="CustomerMassActionKind",
)
graph_enum(
    MassActionOutcome,
    "What happened to one customer.",
    {
        "DONE": "It was done.",
        "UNCHANGED": "It was so already.",
        "REFUSED": "A rule forbids it; `reason` says which.",
        "NOT_FOUND": "There is no such customer, or not on a website the viewer's role reaches.",
    },
    name="CustomerMassActionOutcome",
)


@strawberry.input(one_of=True, description="Which customers; exactly one way to say it.")
class CustomerSelection:
    ids: strawberry.Maybe[list[strawberry.ID]] = column(f"These customers, at most {MAX_IDS}.")


@strawberry.input(description="One action on many customers.")
class CustomerMassActionInput:
    action: MassAction = column("What to do.")
    selection: CustomerSelection = column("To whom.")
    group_id: strawberry.Maybe[strawberry.ID] = column("The group to assign; only with `ASSIGN_GROUP`.")


@strawberry.type(description="What happened to one customer.")
class CustomerMassActionResult:
    customer_key: strawberry.Private[int]
    outcome: MassActionOutcome = column("What happened.")
    reason: str | None = column("Why it was refused, in words.")

    @strawberry.field(description="The customer asked for.")
    def id(self) -> strawberry.ID:
        return strawberry.ID(encode_id("cus", self.customer_key))

    @strawberry.field(
        graphql_type=CustomerLink | None, description="The customer as stored now; null when deleted or unknown."
    )
    async def customer(self, info: Info) -> Any:
        return await find_reachable_customer(info.context, self.customer_key)


@strawberry.type(description="What a mass action did, to each customer and in all.")
class CustomerMassActionPayload(Payload):
    results: list[CustomerMassActionResult] = strawberry.field(
        description="One for each customer asked for, in their order.",
        default_factory=list,
        metadata={"assumed": MAX_IDS},
    )
    done_count: int = strawberry.field(description="To how many it was done.", default=0)
    unchanged_count: int = strawberry.field(description="With how many it was so already.", default=0)
    refused_count: int = strawberry.field(description="With how many a rule forbade it.", default=0)
    not_found_count: int = strawberry.field(description="How many do not exist.", default=0)


DryRun = Annotated[bool, strawberry.argument(description="Answer as if it were done, and write nothing.")]


@strawberry.type
class CustomerGridAdminMutation:
    @admin_mutation(
        permission=Permission.CUSTOMERS_WRITE,
        description="Edit a row of the customers grid in place. All edits are stored, or none. Edits of different "
        "fields made by two people merge; of the same field, the later gets a `VersionConflictError`. "
        "A new e-mail address is told to the old and the new one, and ends open password reset links. Writes history.",
    )
    async def customer_quick_edit(
        self, info: Info, input: Annotated[CustomerQuickEditInput, INPUT]
    ) -> CustomerQuickEditPayload:
        customer_id = decode_id(input.id, "cus")
        edits = _edits(input)
        async with info.context.transaction() as connection:
            changed = await quick_edit(
                connection,
                customer_id,
                edits=edits,
                expected_version=input.expected_version,
                websites=info.context.viewer.website_ids,
                by=actor_of(info.context.viewer),
            )
        return CustomerQuickEditPayload(customer_id=customer_id, changed_fields=changed)

    @admin_mutation(
        permission=Permission.CUSTOMERS_WRITE,
        exclusive=True,
        description=f"Do one thing to up to {MAX_IDS} customers, in one transaction, with an answer for each. "
        "`DELETE` needs the permission `customers.delete` too, ends every session, and cannot be undone. "
        "Writes history; sends no mail.",
    )
    async def customer_mass_action(
        self, info: Info, input: Annotated[CustomerMassActionInput, INPUT], dry_run: DryRun = False
    ) -> CustomerMassActionPayload:
        action = input.action
        if action is MassAction.DELETE:
            RequiresPermission(Permission.CUSTOMERS_DELETE).check(info.context.viewer)
        ids, group_id = _selected(input.selection), _group(input)
        viewer = info.context.viewer
        async with info.context.transaction(dry_run=dry_run) as connection:
            results = await mass_action.run_mass_action(
                connection,
                action,
                ids,
                group_id=group_id,
                websites=viewer.website_ids,
                by=actor_of(viewer),
            )
        return _payload(results)


def _edits(input: CustomerQuickEditInput) -> Mapping[str, Any]:
    given = {
        "email": input.email,
        "groupId": input.group_id,
        "telephone": input.telephone,
        "postcode": input.postcode,
        "websiteId": input.website_id,
        "taxVatNumber": input.tax_vat_number,
        "gender": input.gender,
    }
    prefixes = {"groupId": "grp", "websiteId": "web"}
    return {
        field: decode_id(maybe.value, prefixes[field]) if field in prefixes else maybe.value
        for field, maybe in given.items()
        if maybe is not None
    }


def _selected(selection: CustomerSelection) -> list[int]:
    ids = selection.ids.value if selection.ids else []
    if not ids:
        raise RuleError("Name at least one customer.", path=["selection", "ids"], code=UserErrorCode.REQUIRED)
    if len(ids) > MAX_IDS:
        raise RuleError(
            f"At most {MAX_IDS} customers at once, not {len(ids)}.",
            path=["selection", "ids"],
            code=UserErrorCode.TOO_MANY,
        )
    return [decode_id(id, "cus") for id in ids]


def _group(input: CustomerMassActionInput) -> int | None:
    assigns = input.action is MassAction.ASSIGN_GROUP
    if assigns and input.group_id is None:
        raise RuleError("Say which group to assign.", path=["groupId"], code=UserErrorCode.REQUIRED)
    if not assigns and input.group_id is not None:
        raise RuleError("Only ASSIGN_GROUP takes a group.", path=["groupId"])
    return None if input.group_id is None else decode_id(input.group_id.value, "grp")


def _payload(results: list[mass_action.MassActionResult]) -> CustomerMassActionPayload:
    outcomes = [result.outcome for result in results]
    return CustomerMassActionPayload(
        results=[
            CustomerMassActionResult(customer_key=result.customer_id, outcome=result.outcome, reason=result.reason)
            for result in results
        ],
        done_count=outcomes.count(MassActionOutcome.DONE),
        unchanged_count=outcomes.count(MassActionOutcome.UNCHANGED),
        refused_count=outcomes.count(MassActionOutcome.REFUSED),
        not_found_count=outcomes.count(MassActionOutcome.NOT_FOUND),
    )


ADMIN_MUTATIONS: Final = (CustomerGridAdminMutation,)

from typing import Annotated, Any, Final

import strawberry

from customer_gql.core.actor import actor_of
from customer_gql.core.input_ids import parse_input_id
from customer_gql.core.permissions import Permission
from customer_gql.customers.deleted_customers.types import DeletedCustomerLink
from customer_gql.customers.profile.types import CustomerPayload
from customer_gql.graph.context import Info
from customer_gql.graph.fields import column
from customer_gql.graph.payloads import user_error
from customer_gql.graph.roots import INPUT, DryRun, admin_mutation

from .consequences import DeletionRecordKind, DeletionWarningKind
from .deletion import DeletionOutcome, delete_customer
from .types import DeletionBlockerType, DeletionRecordType, DeletionWarningType


@strawberry.input(description="The customer to delete.")
class CustomerDeleteInput:
    id: strawberry.ID = column("Id of the customer.")
    expected_version: int | None = strawberry.field(
        description="Version of the customer on which the decision is based. A field that somebody changed since then is a "
        "`VersionConflictError`. Without it, the customer is deleted whatever changed.",
        default=None,
    )


@strawberry.type(description="Result of `customerDelete`.")
class CustomerDeletePayload(CustomerPayload):
    deleted_customer: Any = strawberry.field(
        description="What is left of the customer; null when refused.",
        graphql_type=DeletedCustomerLink | None,
        default=None,
    )
    blockers: Any = strawberry.field(
        description="Reasons that forbid the deletion.",
        graphql_type=list[DeletionBlockerType],
        default_factory=list,
        metadata={"assumed": 1},
    )
    warnings: Any = strawberry.field(
        description="Reasons to think twice; they forbid nothing, and kinds without one are left out.",
        graphql_type=list[DeletionWarningType],
        default_factory=list,
        metadata={"assumed": len(DeletionWarningKind)},
    )
    records: Any = strawberry.field(
        description="What becomes of the records, by kind; kinds without one are left out.",
        graphql_type=list[DeletionRecordType],
        default_factory=list,
        metadata={"assumed": len(DeletionRecordKind)},
    )


@strawberry.type
class CustomerDeletionAdminMutation:
    @admin_mutation(
        permission=Permission.CUSTOMERS_DELETE,
        exclusive=True,
        description="Delete a customer for good, and end every session. `NOT_ALLOWED` when one of `blockers` forbids it, "
        "`NOT_FOUND` for an unknown customer. A dry run tells blockers, warnings and records without deleting anything. Writes "
        "history; sends no mail. Cannot be undone.",
    )
    async def customer_delete(
        self, info: Info, input: Annotated[CustomerDeleteInput, INPUT], dry_run: DryRun = False
    ) -> CustomerDeletePayload:
        viewer, customer_id = info.context.viewer, parse_input_id(input.id, "cus", ["id"])
        async with info.context.transaction(dry_run=dry_run) as connection:
            outcome = await delete_customer(
                connection,
                customer_id,
                expected_version=input.expected_version,
                websites=viewer.website_ids,
                by=actor_of(viewer),
            )
        return _make_payload(customer_id, outcome, info.context.language)


def _make_payload(customer_id: int, outcome: DeletionOutcome, language: str) -> CustomerDeletePayload:
    refused = [] if outcome.blocker is None else [outcome.blocker[1](path=["id"])]
    kinds = [] if outcome.blocker is None else [outcome.blocker[0]]
    blockers = [
        DeletionBlockerType(kind=kind, message=error.message_in(language))
        for kind, error in zip(kinds, refused, strict=True)
    ]
    return CustomerDeletePayload(
        customer_id=customer_id,
        deleted_customer=outcome.deleted,
        blockers=blockers,
        warnings=outcome.consequences.warnings,
        records=outcome.consequences.records,
        user_errors=[user_error(error, language) for error in refused],
    )


ADMIN_MUTATIONS: Final = (CustomerDeletionAdminMutation,)

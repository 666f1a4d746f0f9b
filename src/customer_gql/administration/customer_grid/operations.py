from typing import Annotated, ClassVar, Final, TypeAlias

import strawberry

from customer_gql.administration.customer_editing.edits import edit_customer
from customer_gql.administration.customer_editing.guards import require_permissions
from customer_gql.administration.customer_editing.inputs import collect_edits
from customer_gql.administration.customer_editing.types import CustomerEditPayload
from customer_gql.core.actor import actor_of
from customer_gql.core.permissions import Permission
from customer_gql.customers.attributes.values.inputs import ATTRIBUTES, AttributeInput, collect_maybe
from customer_gql.customers.profile.types import Gender
from customer_gql.graph.context import Info
from customer_gql.graph.fields import column
from customer_gql.graph.grids.matches import make_membership_read
from customer_gql.graph.grids.saved_views import find_view_of_mutation
from customer_gql.graph.grids.types import grid_field
from customer_gql.graph.payloads import EXPECTED_VERSION
from customer_gql.graph.roots import INPUT, DryRun, admin_mutation
from customer_gql.loading.grids.pages import GridQuestion

from .quick_edit import QUICK_EDIT_FIELDS, lock_quick_edited
from .types import CUSTOMER_GRID

_ViewId: TypeAlias = Annotated[
    strawberry.ID | None,
    strawberry.argument(description="Saved view of the list that shows the row; `filter` narrows it."),
]


@strawberry.input(
    description="The fields of a grid row that can be edited in place; `customers.quick_edit_fields` says which of them the shop "
    "allows. A field that is left out keeps its value; null clears it where null is allowed."
)
class CustomerQuickEditInput:
    collects_nulls: ClassVar[bool] = True
    id: strawberry.ID = column("Id of the customer.")
    expected_version: int | None = strawberry.field(description=EXPECTED_VERSION, default=None)
    email: strawberry.Maybe[str] = column("Address to sign in with. A mail goes to the old and the new address.")
    group_id: strawberry.Maybe[strawberry.ID] = column("Id of the customer group; refused for members of a company.")
    telephone: strawberry.Maybe[str] = column("Telephone number of the default billing address.")
    postcode: strawberry.Maybe[str | None] = column(
        "Postal code of the default billing address; null only where the country has none."
    )
    website_id: strawberry.Maybe[strawberry.ID] = column("Id of the website to which the account moves.")
    tax_vat_number: strawberry.Maybe[str | None] = column("Tax or VAT number, at most 50 characters; null clears it.")
    gender: strawberry.Maybe[Gender | None] = column("Gender; null clears it.")
    company: strawberry.Maybe[str | None] = column(
        "Company of the default billing address; refused for members of a company, whose name the row shows."
    )
    city: strawberry.Maybe[str | None] = column("City of the default billing address.")
    fax: strawberry.Maybe[str | None] = column("Fax of the default billing address.")
    billing_first_name: strawberry.Maybe[str] = column("First name of the default billing address.")
    billing_last_name: strawberry.Maybe[str] = column("Last name of the default billing address.")
    vat_number: strawberry.Maybe[str | None] = column("VAT number of the default billing address.")
    attributes: strawberry.Maybe[list[AttributeInput]] = column(
        f"{ATTRIBUTES} `NOT_ALLOWED` for one that is not `isQuickEditable`."
    )


@strawberry.type(description="Result of `customerQuickEdit`.")
class CustomerQuickEditPayload(CustomerEditPayload):
    still_matches: bool | None = strawberry.field(
        description="Whether the customer is still in the list of `filter` and `viewId`; null without both, and in a dry run.",
        default=None,
    )


@strawberry.type
class CustomerGridAdminMutation:
    @admin_mutation(
        permission=Permission.CUSTOMERS_WRITE,
        description="Edit a row of the customer grid in place. Either all edits are stored or none. Edits of different "
        "fields by two people merge; of the same field, the later one gets a `VersionConflictError`, and so do fields of the default billing address when "
        "another address became the default since. `NOT_ALLOWED` for a field that `customers.quick_edit_fields` leaves out. `email` also needs "
        "the permission `customers.change_email`: a new address is unverified, ends every session, open link and the "
        "password; it is mailed a link to choose one, and the old address a link that undoes the change within 24 hours "
        "(`emailChangeUndo`). Writes history. A dry run of personal fields needs `customers.pii`.",
    )
    async def customer_quick_edit(
        self,
        info: Info,
        input: Annotated[CustomerQuickEditInput, INPUT],
        dry_run: DryRun = False,
        filter: Annotated[
            CUSTOMER_GRID.filter_input | None,  # pyright: ignore
            strawberry.argument(description="Filter of the list that shows the row; see `stillMatches`."),
        ] = None,
        view_id: _ViewId = None,
    ) -> CustomerQuickEditPayload:
        viewer, attributes = info.context.viewer, collect_maybe(input.attributes)
        customer_id, edits = collect_edits(input, tuple(QUICK_EDIT_FIELDS.values()))
        require_permissions(viewer, edits.keys(), dry_run=dry_run, is_personal=bool(attributes))
        view, refused_view = await find_view_of_mutation(info, CUSTOMER_GRID, view_id)
        question = await CUSTOMER_GRID.ask(info, filter, None, None, view)
        async with info.context.transaction(dry_run=dry_run) as connection:
            customer = await lock_quick_edited(connection, customer_id, edits, websites=viewer.website_ids)
            if refused_view is not None:  # after an unknown customer, and before anything of a known one is told
                raise refused_view
            outcome = await edit_customer(
                connection,
                customer_id,
                edits=edits,
                attributes=attributes,
                is_quick=True,
                expected_version=input.expected_version,
                websites=viewer.website_ids,
                by=actor_of(viewer),
                locked=customer,
            )
        is_listed = (filter is not None or view_id is not None) and not dry_run
        return CustomerQuickEditPayload(
            customer_id=customer_id,
            changed_fields=outcome.changed,
            website_move=outcome.move,
            still_matches=await _still_matches(info, question, customer_id) if is_listed else None,
        )


async def _still_matches(info: Info, question: GridQuestion, customer_id: int) -> bool | None:
    row = await info.context.load(make_membership_read(CUSTOMER_GRID, question), customer_id)
    return None if row is None else row.is_match


@strawberry.type
class CustomerGridAdminQuery:
    customers: CUSTOMER_GRID.connection | None = grid_field(  # pyright: ignore
        CUSTOMER_GRID,
        description="Customers of the websites that the viewer's role reaches: a grid with filter, search, sort and facets. "
        "Columns with personal data and a search need `customers.pii` too.",
    )


ADMIN_QUERIES: Final = (CustomerGridAdminQuery,)
ADMIN_MUTATIONS: Final = (CustomerGridAdminMutation,)

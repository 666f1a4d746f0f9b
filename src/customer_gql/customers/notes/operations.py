from typing import Annotated, Any, Final

import strawberry

from customer_gql.core.actor import actor_of
from customer_gql.core.input_ids import parse_input_id, parse_input_keys
from customer_gql.core.permissions import Permission
from customer_gql.customers.profile.types import CustomerPayload
from customer_gql.graph.context import Info
from customer_gql.graph.fields import column
from customer_gql.graph.roots import INPUT, admin_mutation

from . import writes
from .reads import notes_by_id
from .types import CustomerNote


@strawberry.input(description="A new note about a customer.")
class CustomerNoteCreateInput:
    customer_id: strawberry.ID = column("Id of the customer.")
    text: str = column("Text of the note, at most 4,000 characters; line breaks are kept.")
    is_pinned: bool = strawberry.field(description="Whether the note stands before the others.", default=False)


@strawberry.input(description="Changes of a note. A field that is left out keeps its value.")
class CustomerNoteUpdateInput:
    id: strawberry.ID = column("Id of the note.")
    expected_version: int | None = strawberry.field(
        description="Version of the note that the edit is based on. When somebody changed the note since, the edit is "
        "refused with a `VersionConflictError`. Without it the last edit wins.",
        default=None,
    )
    text: strawberry.Maybe[str] = column("Text of the note, at most 4,000 characters; line breaks are kept.")
    is_pinned: strawberry.Maybe[bool] = column("Whether the note stands before the others.")


@strawberry.input(description="The note to delete.")
class CustomerNoteDeleteInput:
    id: strawberry.ID = column("Id of the note.")


@strawberry.type(description="The note after the change, and its customer.")
class CustomerNotePayload(CustomerPayload):
    key: strawberry.Private[tuple[int, int] | None] = None
    changed_fields: list[str] = strawberry.field(
        description="Names of the input fields that changed; for a new note, of those that were stored.",
        default_factory=list,
    )

    @strawberry.field(graphql_type=CustomerNote | None, description="The note as stored now; null when refused.")
    async def note(self, info: Info) -> Any:
        return None if self.key is None else await info.context.load(notes_by_id, self.key)


@strawberry.type(description="Result of `customerNoteDelete`.")
class CustomerNoteDeletePayload(CustomerPayload):
    deleted_id: strawberry.ID | None = strawberry.field(
        description="Id of the deleted note; null when refused.", default=None
    )


@strawberry.type
class NoteAdminMutation:
    @admin_mutation(
        permission=Permission.CUSTOMERS_WRITE,
        description="Write a note about a customer. `REQUIRED` for an empty text, `TOO_LONG` for more than 4,000 characters, "
        "`NOT_FOUND` for an unknown customer. Writes history. Undone by `customerNoteDelete`.",
    )
    async def customer_note_create(
        self, info: Info, input: Annotated[CustomerNoteCreateInput, INPUT]
    ) -> CustomerNotePayload:
        viewer, customer_id = info.context.viewer, parse_input_id(input.customer_id, "cus", ["customerId"])
        async with info.context.transaction() as connection:
            key = await writes.create_note(
                connection,
                customer_id,
                text=input.text,
                is_pinned=input.is_pinned,
                websites=viewer.website_ids,
                by=actor_of(viewer),
            )
        stored = ["text", "isPinned"] if input.is_pinned else ["text"]
        return CustomerNotePayload(customer_id=customer_id, key=(customer_id, key), changed_fields=stored)

    @admin_mutation(
        permission=Permission.CUSTOMERS_WRITE,
        description="Change a note about a customer, also one that somebody else wrote; its author stays. `REQUIRED` and "
        "`TOO_LONG` as in `customerNoteCreate`, `NOT_FOUND` for an unknown note, `VERSION_CONFLICT` when somebody changed "
        "it since. Writes history. Undone by another edit.",
    )
    async def customer_note_update(
        self, info: Info, input: Annotated[CustomerNoteUpdateInput, INPUT]
    ) -> CustomerNotePayload:
        viewer, (customer_id, key) = info.context.viewer, _parse_note_id(input.id)
        maybes = {"text": input.text, "isPinned": input.is_pinned}
        async with info.context.transaction() as connection:
            changed = await writes.edit_note(
                connection,
                customer_id,
                key,
                {field: maybe.value for field, maybe in maybes.items() if maybe is not None},
                expected_version=input.expected_version,
                websites=viewer.website_ids,
                by=actor_of(viewer),
            )
        return CustomerNotePayload(customer_id=customer_id, key=(customer_id, key), changed_fields=changed)

    @admin_mutation(
        permission=Permission.CUSTOMERS_WRITE,
        description="Delete a note about a customer, also one that somebody else wrote. `NOT_FOUND` for an unknown note. "
        "Writes history, which keeps the text. Cannot be undone.",
    )
    async def customer_note_delete(
        self, info: Info, input: Annotated[CustomerNoteDeleteInput, INPUT]
    ) -> CustomerNoteDeletePayload:
        viewer, (customer_id, key) = info.context.viewer, _parse_note_id(input.id)
        async with info.context.transaction() as connection:
            await writes.delete_note(connection, customer_id, key, websites=viewer.website_ids, by=actor_of(viewer))
        return CustomerNoteDeletePayload(customer_id=customer_id, deleted_id=input.id)


def _parse_note_id(id: strawberry.ID) -> tuple[int, int]:
    customer_id, key = parse_input_keys(id, "not", 2, ["id"])
    return customer_id, key


ADMIN_MUTATIONS: Final = (NoteAdminMutation,)

"""Samples of notes for the tests that walk the whole graph."""

from typing import Any

from customer_gql.core.ids import encode_id, new_id
from customer_gql.customers.notes.tables import customer_note
from support.calls import about, by_input
from support.changes import Change, Changes, Make, Scene
from support.customers import customer_id, put

TEXT = "Prefers letters."
CALLS = {
    "customerNoteCreate": [by_input(lambda ids: {"customerId": ids["cus"], "text": TEXT})],
    "customerNoteUpdate": [about("not", text=TEXT)],
    "customerNoteDelete": [about("not")],
}


async def create_note(scene: Scene) -> Change:
    row = await scene.shopper()
    return Change(scene.staff, {"customerId": customer_id(row), "text": TEXT}, row)


def of_note(**input: Any) -> Make:
    async def make(scene: Scene) -> Change:
        row, key = await scene.shopper(), new_id()
        await put(scene.connection, customer_note, customer_id=row.id, id=key, text="Prefers calls.")
        return Change(scene.staff, {"id": encode_id("not", row.id, key), **input}, row)

    return make


CHANGES: Changes = {
    "customerNoteCreate": [(create_note, "NOTE_CHANGED", {"text"})],
    "customerNoteUpdate": [(of_note(text=TEXT), "NOTE_CHANGED", {"text"})],
    "customerNoteDelete": [(of_note(), "NOTE_CHANGED", {"text"})],
}


async def furnish(connection: Any, customer: Any) -> dict[str, str]:
    await put(connection, customer_note, customer_id=customer.id, id=new_id(), text="Prefers calls.")
    return {}

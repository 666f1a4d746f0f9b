"""Statements written by hand that put customers into another group, with all that is written beside: history, events and feed."""

from typing import Any, Final

from customer_gql.core.ids import encode_id, new_ids

LOCK: Final = "SELECT id, group_id, version FROM customer WHERE id = ANY($1) ORDER BY id FOR UPDATE"
UPDATE: Final = "UPDATE customer SET group_id = $2, version = version + 1, updated_at = now() WHERE id = ANY($1)"
HISTORY: Final = """INSERT INTO customer_event (customer_id, id, version, kind, actor, actor_id, job_id, changes)
SELECT c.id, given.id, c.version, 'EDITED', 'STAFF', $3, $4, jsonb_build_object('groupId', jsonb_build_array($5::text, $6::text))
FROM unnest($1::bigint[], $2::bigint[]) AS given(customer_id, id) JOIN customer c ON c.id = given.customer_id"""
EVENTS: Final = """INSERT INTO domain_event
(id, type, subject, changed_fields, customer_id, website_id, version, job_id, actor, actor_id)
SELECT given.id, $6, given.subject, '{groupId}', c.id, c.website_id, c.version, $4, 'STAFF', $5
FROM unnest($1::bigint[], $2::bigint[], $3::text[]) WITH ORDINALITY AS given(customer_id, id, subject, place)
JOIN customer c ON c.id = given.customer_id ORDER BY given.place"""
EVENT_TYPES: Final = ("customer.updated", "customer.group_changed")
FEED: Final = """INSERT INTO customer_change
(customer_id, website_id, number, external_id, is_removed, transaction_id, changed_at)
SELECT id, website_id, number, external_id, false, pg_current_xact_id()::text::bigint, clock_timestamp()
FROM customer WHERE id = ANY($1) ORDER BY id
ON CONFLICT (customer_id, website_id) DO UPDATE SET number = excluded.number, external_id = excluded.external_id,
is_removed = excluded.is_removed, transaction_id = excluded.transaction_id, changed_at = excluded.changed_at"""


async def move_to_group(
    connection: Any, ids: list[int], groups: tuple[int, int], *, staff_id: int, job_id: int | None = None
) -> None:
    """Customers that the caller has locked, from one group to the other."""
    names = [encode_id("grp", group) for group in groups]
    numbers = [list(new_ids(len(ids))) for _ in range(3)]
    subjects = [encode_id("cus", id) for id in ids]
    await connection.execute(UPDATE, ids, groups[1])
    await connection.execute(HISTORY, ids, numbers[0], staff_id, job_id, *names)
    for ids_of_events, kind in zip(numbers[1:], EVENT_TYPES, strict=True):
        await connection.execute(EVENTS, ids, ids_of_events, subjects, job_id, staff_id, kind)
    await connection.execute(FEED, ids)

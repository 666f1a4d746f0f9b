"""The deletion of one customer by staff; the mass action deletes the same way (docs/domain/account-deletion.md#account-deletion-7)."""

from dataclasses import dataclass

from customer_gql.core.actor import Actor
from customer_gql.core.concurrent_edits import Changes
from customer_gql.core.errors import Refusal
from customer_gql.core.viewer import Websites
from customer_gql.customers.accounts.writes import delete_accounts
from customer_gql.customers.deleted_customers.reads import read_deleted_customer
from customer_gql.customers.history.conflicts import read_changes_since, refuse_customer_conflicts
from customer_gql.customers.history.stored_values import describe_changes
from customer_gql.customers.profile.values.fields import COLUMNS
from customer_gql.customers.profile.writes import lock_customer
from customer_gql.database.statements import Connection, Row

from .consequences import (
    DeletionBlockerKind,
    DeletionConsequences,
    find_deletion_blocker,
    read_deletion_consequences,
)


@dataclass(frozen=True, slots=True)
class DeletionOutcome:
    """`deleted` is the row of `deleted_customer`, unless something blocks the deletion."""

    consequences: DeletionConsequences
    blocker: tuple[DeletionBlockerKind, Refusal] | None = None
    deleted: Row | None = None


async def delete_customer(
    connection: Connection, customer_id: int, *, expected_version: int | None, websites: Websites, by: Actor
) -> DeletionOutcome:
    account = await lock_customer(connection, customer_id, websites=websites)
    if expected_version is not None:
        lost = await _find_unseen_values(connection, account, expected_version)
        await refuse_customer_conflicts(connection, account, lost, expected=expected_version)
    consequences = await read_deletion_consequences(connection, customer_id)
    blocker = find_deletion_blocker(account)
    if blocker is not None:
        return DeletionOutcome(consequences, blocker=blocker)
    await delete_accounts(connection, [account], by=by)
    return DeletionOutcome(consequences, deleted=await read_deleted_customer(connection, customer_id))


async def _find_unseen_values(connection: Connection, account: Row, version: int) -> Changes:
    """What somebody stored after the version: the deletion would lose it unseen. Where the history lacks a version, that may
    be any value of the profile (docs/domain/concurrent-edits.md#concurrent-edits-8)."""
    known, is_whole = await read_changes_since(connection, account, version)
    changed: Changes = {} if is_whole else describe_changes(account, dict.fromkeys(COLUMNS.values()))
    for changes in known:
        changed = {**changed, **{field: (after, None) for field, (_before, after) in changes.items()}}
    return changed

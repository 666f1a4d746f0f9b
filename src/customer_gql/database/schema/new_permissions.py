"""Steps of migrations that add a permission: nobody can grant what they do not have, so somebody has to have it."""

from collections.abc import Sequence
from typing import Final

from alembic import op

_FIRST: Final = (
    "configuration.manage",
    "credit.adjust",
    "customers.delete",
    "customers.export",
    "customers.force_sign_in",
    "customers.impersonate",
    "customers.pii",
    "customers.read",
    "customers.reset_password",
    "customers.write",
    "history.read",
    "mail.manage",
    "staff.manage",
)
"""The permissions of the first version."""


def add_permission(name: str, *, since_first: Sequence[str]) -> None:
    """Give it to the roles that have every permission there was: those of the first version, and these later ones.

    Updates some rows of one small table, and locks nothing else.
    """
    everything = sorted({*_FIRST, *since_first})
    op.execute(
        f"UPDATE staff_role SET permissions = ARRAY(SELECT unnest(permissions || '{name}'::text) ORDER BY 1)"
        f" WHERE permissions @> ARRAY{everything} AND NOT permissions @> ARRAY['{name}']"
    )


def remove_permission(name: str) -> None:
    """Take it from every role."""
    op.execute(f"UPDATE staff_role SET permissions = array_remove(permissions, '{name}')")

"""Permissions that the fields of an edit need besides that of the mutation."""

from collections.abc import Collection

from customer_gql.core.permissions import Permission
from customer_gql.core.viewer import Viewer
from customer_gql.graph.roots import RequiresPermission

from .fields import FIELDS_BY_NAME


def require_permissions(viewer: Viewer, fields: Collection[str], *, dry_run: bool, is_personal: bool = False) -> None:
    """What the fields of an edit need besides the permission of the mutation. Raises `Forbidden` before anything is read.

    Whether one of the personal fields changes tells what is stored, and a dry run leaves no trace in the history.
    """
    if "email" in fields:
        RequiresPermission(Permission.CUSTOMERS_CHANGE_EMAIL).check(viewer)
    if dry_run and (is_personal or any(FIELDS_BY_NAME[name].is_personal for name in fields)):
        RequiresPermission(Permission.CUSTOMERS_PII).check(viewer)


def check_email_change(viewer: Viewer, is_other: bool) -> None:
    """Raises `Forbidden` where an existing account gets another address. Who reads no addresses may give none, since the
    refusal would tell whether it is the stored one."""
    if is_other or Permission.CUSTOMERS_PII not in viewer.permissions:
        RequiresPermission(Permission.CUSTOMERS_CHANGE_EMAIL).check(viewer)

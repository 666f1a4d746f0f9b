"""Root fields and who may use them. A root without a declared permission or audience fails a test."""

from typing import Annotated, Any, Final

import strawberry
from strawberry.extensions import FieldExtension
from strawberry.types.field import StrawberryField

from customer_gql.core.errors import Forbidden, Refusal, Unauthenticated, UserErrorCode
from customer_gql.core.permissions import Permission
from customer_gql.core.viewer import TOKEN_HAS_ENDED, Viewer, ViewerKind
from customer_gql.security.audit import ON_IMPERSONATION_REFUSED

from .access.write_budget import WithinWriteBudget
from .context import Context, Info
from .payloads import ReturnsUserErrors

ADMIN: Final = {"audience": "admin"}
SIGN_IN_AS_STAFF: Final = "Sign in as staff: send a staff token as `Authorization: Bearer …`."
_SIGN_IN_AS_CUSTOMER: Final = "Sign in: send a customer token as `Authorization: Bearer …`."
IMPERSONATION_REFUSED: Final = Refusal(
    "impersonation.refused",
    "Staff signed in as a customer may not do this; only the customer may.",
    UserErrorCode.NOT_ALLOWED,
)
DryRun = Annotated[bool, strawberry.argument(description="Return the result without storing anything.")]
HASHING_COST: Final = 5000  # points of cost of one password that is hashed, with the default settings
INPUT: Final = strawberry.argument(description="Record that the mutation applies to, and the values for it.")


_PERMISSION_OF_LIST: Final = "Permission: that of the list."
FOR_OWNERS: Final = "For every staff user and service, on what is theirs; no permission."


def require_staff_or_service(viewer: Viewer) -> None:
    if not viewer.is_staff_or_service:
        raise Unauthenticated(TOKEN_HAS_ENDED if viewer.token_has_ended else SIGN_IN_AS_STAFF)


class RequiresPermission(FieldExtension):
    """Only staff and services with one permission; what they hold was read with their token, so this asks no database.

    `all_websites` refuses those whose role is restricted to some websites: what they would change holds for all.
    """

    def __init__(self, permission: Permission, *, all_websites: bool = False) -> None:
        self.permission = permission
        self.all_websites = all_websites

    def apply(self, field: StrawberryField) -> None:
        scope = ", for all websites" if self.all_websites else ""
        field.description = f"{field.description} Permission: `{self.permission}`{scope}."

    async def resolve_async(self, next_: Any, source: Any, info: Info, **kwargs: Any) -> Any:
        self.check(info.context.viewer)
        return await next_(source, info, **kwargs)

    def check(self, viewer: Viewer) -> None:
        require_staff_or_service(viewer)
        if self.permission not in viewer.permissions:
            raise Forbidden(f"The permission {self.permission} is missing.", permission=self.permission)
        if self.all_websites and viewer.website_ids is not None:
            raise Forbidden(f"The permission {self.permission} is needed for all websites.", permission=self.permission)


class RequiresStaffOrService(FieldExtension):
    """Only staff and services, whatever their role; the root itself asks what they may do. `told` says what it asks."""

    def __init__(self, told: str) -> None:
        self.told = told

    def apply(self, field: StrawberryField) -> None:
        field.description = f"{field.description} {self.told}"

    async def resolve_async(self, next_: Any, source: Any, info: Info, **kwargs: Any) -> Any:
        require_staff_or_service(info.context.viewer)
        return await next_(source, info, **kwargs)


class StaffOnly(FieldExtension):
    """Only a signed-in staff user, whatever their role: they act on their own account. Services have none."""

    def apply(self, field: StrawberryField) -> None:
        field.description = f"{field.description} For every signed-in staff user, on their own account; no permission."

    async def resolve_async(self, next_: Any, source: Any, info: Info, **kwargs: Any) -> Any:
        viewer = info.context.viewer
        if viewer.kind is not ViewerKind.STAFF:
            raise Unauthenticated(TOKEN_HAS_ENDED if viewer.token_has_ended else SIGN_IN_AS_STAFF)
        return await next_(source, info, **kwargs)


class CustomerOnly(FieldExtension):
    """Only a signed-in customer, who acts on what is theirs. A guest reads null where `null_for_guests`."""

    def __init__(self, *, null_for_guests: bool = False) -> None:
        self.null_for_guests = null_for_guests

    async def resolve_async(self, next_: Any, source: Any, info: Info, **kwargs: Any) -> Any:
        viewer = info.context.viewer
        if viewer.kind is ViewerKind.CUSTOMER:
            return await next_(source, info, **kwargs)
        if self.null_for_guests and viewer.kind is ViewerKind.GUEST and not viewer.token_has_ended:
            return None
        raise Unauthenticated(TOKEN_HAS_ENDED if viewer.token_has_ended else _SIGN_IN_AS_CUSTOMER)


class NotImpersonated(FieldExtension):
    """Closed to staff signed in as a customer; their attempts are recorded."""

    async def resolve_async(self, next_: Any, source: Any, info: Info, **kwargs: Any) -> Any:
        if info.context.viewer.is_impersonated:
            await record_impersonation_refusal(info.context, info.field_name)
            raise Forbidden(str(IMPERSONATION_REFUSED()))
        return await next_(source, info, **kwargs)


async def record_impersonation_refusal(context: Context, operation: str) -> None:
    for record_refusal in ON_IMPERSONATION_REFUSED:
        await record_refusal(context.database, context.viewer, operation)


def admin_field(
    *,
    permission: Permission,
    description: str,
    graphql_type: Any = None,
    all_websites: bool = False,
    assumed: int | None = None,
) -> Any:
    """A root of the admin endpoint that reads. The resolver has to be async. `assumed` is the size of a list in the
    cost."""
    return strawberry.field(
        description=description,
        extensions=[RequiresPermission(permission, all_websites=all_websites)],
        metadata={**ADMIN, "permission": permission, **({} if assumed is None else {"assumed": assumed})},
        graphql_type=graphql_type,
    )


def list_field(*, description: str, graphql_type: Any = None) -> Any:
    """A root of the admin endpoint about a list that its input names, for those who see that list."""
    return strawberry.field(
        description=description,
        extensions=[RequiresStaffOrService(_PERMISSION_OF_LIST)],
        metadata={**ADMIN, "viewer": "list"},
        graphql_type=graphql_type,
    )


def list_mutation(*, description: str) -> Any:
    """A root of the admin endpoint that changes what belongs to such a list."""
    return strawberry.mutation(
        description=description,
        extensions=[RequiresStaffOrService(_PERMISSION_OF_LIST), ReturnsUserErrors()],
        metadata={**ADMIN, "viewer": "list"},
    )


def owner_field(*, description: str, graphql_type: Any = None) -> Any:
    """A root of the admin endpoint about what staff or services have started, as jobs. Its resolver gives nothing that is not
    the viewer's to see."""
    return strawberry.field(
        description=description,
        extensions=[RequiresStaffOrService(FOR_OWNERS)],
        metadata={**ADMIN, "viewer": "owner"},
        graphql_type=graphql_type,
    )


def owner_mutation(*, description: str, exclusive: bool = False) -> Any:
    """A root of the admin endpoint that changes such a record."""
    return strawberry.mutation(
        description=description,
        extensions=[RequiresStaffOrService(FOR_OWNERS), ReturnsUserErrors()],
        metadata={**ADMIN, "viewer": "owner", "exclusive": exclusive},
    )


def admin_mutation(
    *,
    permission: Permission,
    description: str,
    exclusive: bool = False,
    all_websites: bool = False,
    hashes: int = 0,
    cost_per: tuple[str, int] | None = None,
) -> Any:
    """A root of the admin endpoint that writes; a rule's refusal becomes `userErrors` of its payload.

    `exclusive` is for credentials, ledgers, impersonation and deletion: no other mutation may stand beside it, so that
    a document cannot try many. `hashes` is the number of passwords that it hashes, `cost_per` the name of a list in its
    input and the cost of each entry.
    """
    return strawberry.mutation(
        description=description,
        extensions=[RequiresPermission(permission, all_websites=all_websites), ReturnsUserErrors()],
        metadata={
            **ADMIN,
            "permission": permission,
            "exclusive": exclusive,
            "cost": hashes * HASHING_COST,
            "cost_per": cost_per,
        },
    )


def own_staff_field(*, description: str, graphql_type: Any = None) -> Any:
    """A root of the admin endpoint by which staff read about themselves."""
    return strawberry.field(
        description=description,
        extensions=[StaffOnly()],
        metadata={**ADMIN, "viewer": "staff"},
        graphql_type=graphql_type,
    )


def own_staff_mutation(*, description: str, hashes: int = 0) -> Any:
    """A root of the admin endpoint by which staff change their own account: credentials and sessions, so each alone."""
    return strawberry.mutation(
        description=description,
        extensions=[StaffOnly(), ReturnsUserErrors()],
        metadata={**ADMIN, "viewer": "staff", "exclusive": True, "cost": hashes * HASHING_COST},
    )


def open_admin_mutation(*, description: str, hashes: int = 0) -> Any:
    """A root of the admin endpoint for those who have no token yet; it has to judge by what it is given alone.

    One for each document, else a request could try many passwords.
    """
    return strawberry.mutation(
        description=f"{description} Needs no token.",
        extensions=[ReturnsUserErrors()],
        metadata={**ADMIN, "viewer": "guest", "exclusive": True, "cost": hashes * HASHING_COST},
    )


def customer_field(*, description: str, graphql_type: Any = None) -> Any:
    """A root of the storefront that reads what belongs to the signed-in customer; its type is nullable."""
    return strawberry.field(
        description=f"{description} Null for a guest.",
        extensions=[CustomerOnly(null_for_guests=True)],
        metadata={"viewer": "customer"},
        graphql_type=graphql_type,
    )


def customer_mutation(
    *, description: str, in_person: bool = False, exclusive: bool = False, unlimited: bool = False, hashes: int = 0
) -> Any:
    """A root of the storefront that changes what belongs to the signed-in customer.

    `unlimited` is for what ends access: it works even when the write budget of the account is used up.
    """
    closed = " Closed to staff signed in as the customer." if in_person else ""
    return strawberry.mutation(
        description=f"{description} For the signed-in customer.{closed}",
        extensions=[
            *([NotImpersonated()] if in_person else []),
            CustomerOnly(),
            *_write_budget(unlimited=unlimited),
            ReturnsUserErrors(),
        ],
        metadata={"viewer": "customer", "exclusive": exclusive, "cost": hashes * HASHING_COST},
    )


def open_field(*, description: str, graphql_type: Any = None, assumed: int | None = None) -> Any:
    """A root of either endpoint that everybody may read. `assumed` is the size of a list in the cost."""
    metadata = {"viewer": "anyone", **({} if assumed is None else {"assumed": assumed})}
    return strawberry.field(
        description=f"{description} Open to everyone.", metadata=metadata, graphql_type=graphql_type
    )


def guest_mutation(
    *, description: str, in_person: bool = False, exclusive: bool = False, unlimited: bool = False, hashes: int = 0
) -> Any:
    """A root of the storefront that needs no sign-in. `unlimited` is for what a signed-in customer may do at any time."""
    closed = " Closed to staff signed in as the customer." if in_person else ""
    return strawberry.mutation(
        description=f"{description} Open to everyone.{closed}",
        extensions=[
            *([NotImpersonated()] if in_person else []),
            *_write_budget(unlimited=unlimited),
            ReturnsUserErrors(),
        ],
        metadata={"viewer": "guest", "exclusive": exclusive, "cost": hashes * HASHING_COST},
    )


def _write_budget(*, unlimited: bool) -> list[FieldExtension]:
    return [] if unlimited else [WithinWriteBudget()]

"""Staff change the shop's settings, each at the scopes it may be set at (docs/domain/settings.md#settings-5)."""

from typing import Any, Final

from customer_gql.core.actor import Actor
from customer_gql.core.concurrent_edits import refuse_other_version
from customer_gql.core.errors import Forbidden, Refusal, UserErrorCode
from customer_gql.core.viewer import Viewer
from customer_gql.customers.profile.sharing import accounts_are_shared
from customer_gql.database.statements import Connection
from customer_gql.settings import Settings
from customer_gql.shop.settings.declaration import DECLARED_SETTINGS, Setting, encode_scope
from customer_gql.shop.settings.reads import own_value, validate_scope
from customer_gql.shop.settings.writes import lock_own_value, reset_value, set_value
from customer_gql.staff.audit.writes import record_staff_event

from .reads import Scope, is_global

_NEEDS_ALL_WEBSITES: Final = Refusal(
    "setting.needs_all_websites", "Your role does not reach all websites.", UserErrorCode.NOT_ALLOWED
)
_SETTING_NOT_FOUND: Final = Refusal("setting.not_found", "There is no such setting.", UserErrorCode.NOT_FOUND)
_HAS_OWN_MUTATION: Final = Refusal(
    "setting.has_own_mutation", "Change this setting with `{mutation}`.", UserErrorCode.NOT_ALLOWED
)
_FOLLOWS_ACCOUNTS: Final = Refusal(
    "setting.follows_accounts",
    "Accounts work on all websites, so your role has to reach all of them.",
    UserErrorCode.NOT_ALLOWED,
)


async def set_configuration(
    connection: Connection,
    viewer: Viewer,
    path: str,
    scope: Scope,
    value: Any,
    *,
    expected_version: int | None,
    by: Actor,
    deployment: Settings,
) -> None:
    """Raises `VersionConflict` when somebody else changed the value of this scope after `expected_version`, which is 0
    for none."""
    setting = await _editable_setting(connection, viewer, path, scope)
    before, version = await lock_own_value(connection, setting, *scope)
    refuse_other_version({"value": (before, value)}, current=version, expected=expected_version)
    if setting.check_deployment is not None:
        setting.check_deployment(deployment, setting.validate_value(value))
    await set_value(connection, setting, value, scope=scope[0], scope_id=scope[1])
    await _record_change(connection, "CONFIGURATION_SET", setting, scope, before, by)


async def reset_configuration(
    connection: Connection, viewer: Viewer, path: str, scope: Scope, *, expected_version: int | None, by: Actor
) -> None:
    """Raises `VersionConflict` as `set_configuration` does."""
    setting = await _editable_setting(connection, viewer, path, scope)
    before, version = await lock_own_value(connection, setting, *scope)
    refuse_other_version({"value": (before, None)}, current=version, expected=expected_version)
    await reset_value(connection, setting, *scope)
    await _record_change(connection, "CONFIGURATION_RESET", setting, scope, before, by)


async def _editable_setting(connection: Connection, viewer: Viewer, path: str, scope: Scope) -> Setting[Any]:
    await validate_scope(connection, *scope, viewer.website_ids)
    if is_global(scope) and viewer.website_ids is not None:
        raise _NEEDS_ALL_WEBSITES(path=["scope"])
    setting = DECLARED_SETTINGS.get(path)
    if setting is None:
        raise _SETTING_NOT_FOUND(path=["path"])
    if setting.own_mutation is not None:
        raise _HAS_OWN_MUTATION(path=["path"], mutation=setting.own_mutation)
    await _validate_power(connection, viewer, setting)
    return setting


async def _validate_power(connection: Connection, viewer: Viewer, setting: Setting[Any]) -> None:
    """A setting that decides about credentials beyond its scope takes more than reaching the scope.

    docs/domain/settings.md#settings-8
    """
    needed = setting.permission
    if needed is not None and (needed not in viewer.permissions or viewer.website_ids is not None):
        raise Forbidden(f"{setting.path} needs the permission {needed} for all websites.", permission=needed)
    if setting.follows_accounts and viewer.website_ids is not None and await accounts_are_shared(connection):
        raise _FOLLOWS_ACCOUNTS(path=["scope"])


async def _record_change(
    connection: Connection, kind: str, setting: Setting[Any], scope: Scope, before: Any, by: Actor
) -> None:
    after = await own_value(connection, setting, *scope)
    if before != after:
        await record_staff_event(
            connection, kind, by=by, subject=encode_scope(*scope), changes={setting.path: (before, after)}
        )

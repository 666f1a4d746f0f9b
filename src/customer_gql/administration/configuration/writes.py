"""Staff change the shop's settings, each at the scopes it may be set at (docs/domain/settings.md#settings-5)."""

from collections.abc import Sequence
from dataclasses import dataclass
from operator import attrgetter
from typing import Any, Final

from customer_gql.core.actor import Actor
from customer_gql.core.concurrent_edits import refuse_other_version
from customer_gql.core.errors import CollectedErrors, Forbidden, Refusal, RuleError, UserErrorCode
from customer_gql.core.viewer import Viewer
from customer_gql.customers.profile.sharing import accounts_are_shared
from customer_gql.database.statements import Connection
from customer_gql.settings import Settings
from customer_gql.shop.settings.declaration import DECLARED_SETTINGS, Setting, encode_scope
from customer_gql.shop.settings.reads import own_value, validate_scope
from customer_gql.shop.settings.tables import ConfigurationScope
from customer_gql.shop.settings.writes import lock_own_value, reset_value, set_value
from customer_gql.staff.audit.writes import record_staff_event

from .powers import NEEDS_ALL_WEBSITES, find_missing_permission, find_refusal
from .reads import Scope, is_global

Change = tuple[Any, Any]
"""The value of a scope before and after, None where it inherits."""

_MOST_CHANGES: Final = 200
_SECRET_SET: Final = "SET"  # noqa: S105 - said in place of a secret
_SECRET_REPLACED: Final = "REPLACED"  # noqa: S105 - said in place of a secret
_HISTORY: Final = {"CONFIGURATION_SET": False, "CONFIGURATION_RESET": True}
"""By kind of event, whether it tells of values that were reset."""

_TOO_MANY_CHANGES: Final = Refusal(
    "setting.too_many_changes", "Change at most {limit} settings at once.", UserErrorCode.TOO_MANY
)
_GIVEN_TWICE: Final = Refusal("setting.given_twice", "{setting} is named twice. Set it or reset it, once.")
_SETTING_NOT_FOUND: Final = Refusal("setting.not_found", "There is no such setting.", UserErrorCode.NOT_FOUND)


@dataclass(frozen=True, slots=True)
class SettingChange:
    """A value for a setting at the scope of the form, or its reset, to inherit. `at` is its path in the input."""

    path: str
    value: Any
    expected_version: int | None
    at: tuple[str, ...]
    is_reset: bool = False


async def update_configuration(
    connection: Connection,
    viewer: Viewer,
    scope: Scope,
    changes: Sequence[SettingChange],
    *,
    by: Actor,
    deployment: Settings,
) -> None:
    """Make all the changes of a form. Raises `RuleErrors` with every refusal, after which the transaction has to end.

    One of them is a `VersionConflict` where somebody else changed the value of this scope after `expected_version`, which
    is 0 for none.
    """
    if len(changes) > _MOST_CHANGES:
        raise _TOO_MANY_CHANGES(path=["values"], limit=_MOST_CHANGES)
    await validate_scope(connection, *scope, viewer.website_ids)
    if is_global(scope) and viewer.website_ids is not None:
        raise NEEDS_ALL_WEBSITES(path=["scope"])
    refused, told, given = CollectedErrors(), dict[str, Change](), set[str]()
    for change in sorted(changes, key=attrgetter("path")):  # two forms lock in one order
        with refused.collecting():
            try:
                setting = await _editable_setting(connection, viewer, change.path, scope[0])
                if change.path in given:
                    raise _GIVEN_TWICE(path=["path"], setting=change.path)
                given.add(change.path)
                told[change.path] = await _change_setting(connection, setting, scope, change, deployment)
            except RuleError as error:
                error.path[:0] = () if error.path[:1] == ["scope"] else change.at
                raise
    refused.raise_collected()
    for kind, is_reset in _HISTORY.items():
        of_kind = {it.path: told[it.path] for it in changes if it.is_reset is is_reset}
        moved = {path: (before, after) for path, (before, after) in of_kind.items() if before != after}
        if moved:
            await record_staff_event(connection, kind, by=by, subject=encode_scope(*scope), changes=moved)


async def _change_setting(
    connection: Connection, setting: Setting[Any], scope: Scope, change: SettingChange, deployment: Settings
) -> Change:
    """The value at this scope before and after, None where it inherits."""
    before, version = await lock_own_value(connection, setting, *scope)
    wanted = change.value
    if setting.is_secret:
        before, wanted = _tell_secret(before, _SECRET_SET), _tell_secret(wanted, _SECRET_REPLACED)
    refuse_other_version({"value": (before, wanted)}, current=version, expected=change.expected_version)
    if change.is_reset:
        await reset_value(connection, setting, *scope)
        return before, None
    if setting.check_deployment is not None:
        setting.check_deployment(deployment, setting.validate_value(change.value))
    await set_value(connection, setting, change.value, scope=scope[0], scope_id=scope[1])
    if setting.is_secret:
        return before, wanted if before else _SECRET_SET
    return before, await own_value(connection, setting, *scope)


def _tell_secret(value: Any, instead: str) -> str | None:
    """What the history and conflicts tell instead of a secret."""
    return None if value is None else instead


async def _editable_setting(
    connection: Connection, viewer: Viewer, path: str, scope: ConfigurationScope
) -> Setting[Any]:
    setting = DECLARED_SETTINGS.get(path)
    if setting is None:
        raise _SETTING_NOT_FOUND(path=["path"])
    missing = find_missing_permission(viewer, setting)
    if missing is not None:
        raise Forbidden(f"{setting.path} needs the permission {missing} for all websites.", permission=missing)
    are_shared = setting.follows_accounts and await accounts_are_shared(connection)
    refused = find_refusal(viewer, setting, scope, accounts_are_shared=are_shared)
    if refused is not None:
        raise refused
    return setting

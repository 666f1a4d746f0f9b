"""Who may change which setting at which scope, whatever its new value (docs/domain/settings.md#settings-8)."""

from typing import Any, Final

from customer_gql.core.errors import Refusal, RuleError, UserErrorCode
from customer_gql.core.permissions import Permission
from customer_gql.core.viewer import Viewer
from customer_gql.shop.settings.declaration import GLOBAL, Setting
from customer_gql.shop.settings.tables import ConfigurationScope
from customer_gql.shop.settings.writes import find_narrow_scope

NEEDS_ALL_WEBSITES: Final = Refusal(
    "setting.needs_all_websites", "Your role does not reach all websites.", UserErrorCode.NOT_ALLOWED
)
_HAS_OWN_MUTATION: Final = Refusal(
    "setting.has_own_mutation", "Change this setting with `{mutation}`.", UserErrorCode.NOT_ALLOWED
)
_FOLLOWS_ACCOUNTS: Final = Refusal(
    "setting.follows_accounts",
    "Accounts work on all websites, so your role has to reach all of them.",
    UserErrorCode.NOT_ALLOWED,
)


def find_missing_permission(viewer: Viewer, setting: Setting[Any]) -> Permission | None:
    """The permission that a setting needs for all websites beside `configuration.manage`, when the viewer lacks it."""
    needed = setting.permission
    is_there = needed is None or (needed in viewer.permissions and viewer.website_ids is None)
    return None if is_there else needed


def find_refusal(
    viewer: Viewer, setting: Setting[Any], scope: ConfigurationScope, *, accounts_are_shared: bool
) -> RuleError | None:
    """Why no value at all is taken; a setting that decides about credentials beyond its scope takes more than reaching the scope."""
    if viewer.website_ids is not None and scope is GLOBAL:
        return NEEDS_ALL_WEBSITES(path=["scope"])
    if setting.own_mutation is not None:
        return _HAS_OWN_MUTATION(path=["path"], mutation=setting.own_mutation)
    if viewer.website_ids is not None and setting.follows_accounts and accounts_are_shared:
        return _FOLLOWS_ACCOUNTS(path=["scope"])
    return find_narrow_scope(setting, scope)

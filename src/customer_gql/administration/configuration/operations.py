"""Staff read and change the shop's settings, each at the scopes it may be set at (docs/domain/settings.md#settings-5)."""

from collections.abc import Awaitable, Callable
from typing import Annotated, Any, Final

import strawberry
from strawberry.scalars import JSON

from customer_gql.core.errors import RuleError, UserErrorCode
from customer_gql.core.ids import decode_small, encode
from customer_gql.core.text import storable
from customer_gql.core.viewer import Viewer
from customer_gql.database.statements import Connection
from customer_gql.graph.context import Info
from customer_gql.graph.fields import column
from customer_gql.graph.payloads import Payload
from customer_gql.graph.roots import INPUT, admin_field, admin_mutation
from customer_gql.graph.scalars import graph_enum
from customer_gql.shop.settings import settings
from customer_gql.shop.settings.settings import GLOBAL, STORE_VIEW, WEBSITE, Effective, Setting
from customer_gql.shop.settings.tables import ConfigurationScope
from customer_gql.staff.audit.events import acting, record

PERMISSION = "configuration.manage"
_PREFIXES = {WEBSITE: "web", STORE_VIEW: "stv"}

graph_enum(
    ConfigurationScope,
    "How far a setting holds. A narrower scope without a value of its own inherits from the wider one.",
    {"GLOBAL": "Everywhere.", "WEBSITE": "On one website.", "STORE_VIEW": "In one store view."},
)


@strawberry.input(one_of=True, description="One website or store view; left out it is everywhere.")
class ConfigurationScopeInput:
    website_id: strawberry.Maybe[strawberry.ID] = column("On this website.")
    store_view_id: strawberry.Maybe[strawberry.ID] = column("In this store view.")


@strawberry.type(description="A setting of the shop, and what holds at the scope asked for.")
class ConfigurationSetting:
    path: str = column("Its name, as `accounts.confirm_email`.")
    description: str = column("What it decides.")
    default: JSON = column("What holds where nothing is set.")  # pyright: ignore[reportInvalidTypeForm]
    value: JSON = column("What holds at the scope asked for.")  # pyright: ignore[reportInvalidTypeForm]
    set_at: ConfigurationScope | None = column("The scope that value was set at; null for the default.")
    narrowest_scope: ConfigurationScope = column("The narrowest scope it may be set at.")
    at_least: int | None = column("The least a number may be.")
    at_most: int | None = column("The most a number may be.")
    one_of: list[str] = column("The texts it takes; empty when any.")


@strawberry.input(description="A value for a setting at one scope.")
class ConfigurationSetInput:
    path: str = column("The setting.")
    value: JSON = column("The value: a text, number or flag, as the default is; text up to 10,000 characters.")  # pyright: ignore[reportInvalidTypeForm]
    scope: ConfigurationScopeInput | None = strawberry.field(description="Where; left out everywhere.", default=None)


@strawberry.input(description="Which value goes.")
class ConfigurationResetInput:
    path: str = column("The setting.")
    scope: ConfigurationScopeInput | None = strawberry.field(description="Where; left out everywhere.", default=None)


@strawberry.type(description="The setting as it holds at the scope now.")
class ConfigurationSetPayload(Payload):
    setting: ConfigurationSetting | None = strawberry.field(
        description="What is stored now; null when refused.", default=None
    )


@strawberry.type(description="The setting as it holds at the scope now.")
class ConfigurationResetPayload(Payload):
    setting: ConfigurationSetting | None = strawberry.field(
        description="What is stored now; null when refused.", default=None
    )


@strawberry.type
class ConfigurationAdminQuery:
    @admin_field(
        permission=PERMISSION,
        graphql_type=list[ConfigurationSetting] | None,
        description="Every setting by path, some dozens, with what holds at one scope; null when the scope is unknown "
        "or of a website the viewer's role does not reach.",
    )
    async def configuration(
        self,
        info: Info,
        scope: Annotated[
            ConfigurationScopeInput | None, strawberry.argument(description="Where; left out everywhere.")
        ] = None,
    ) -> Any:
        at, scope_id = _scope(scope)
        async with info.context.database.reads.acquire() as connection:
            try:
                await _refuse_unreached(connection, info.context.viewer, at, scope_id)
                found = await settings.effective(connection, at, scope_id)
            except RuleError:
                return None
        return [_shown(setting) for setting in found]


@strawberry.type
class ConfigurationAdminMutation:
    @admin_mutation(
        permission=PERMISSION,
        description="Set a value at one scope; narrower scopes without a value of their own inherit it. Values for all "
        "websites are for staff of all websites. Holds from the next request on. Writes the history of staff. Undone "
        "by `configurationReset`.",
    )
    async def configuration_set(
        self, info: Info, input: Annotated[ConfigurationSetInput, INPUT]
    ) -> ConfigurationSetPayload:
        at, scope_id = _scope(input.scope)

        async def put(connection: Connection, setting: Setting[Any]) -> None:
            await settings.configure(connection, setting, _checked(input.value), scope=at, scope_id=scope_id)

        changed = await _changed(info, input.path, at, scope_id, "CONFIGURATION_SET", put)
        return ConfigurationSetPayload(setting=changed)

    @admin_mutation(
        permission=PERMISSION,
        description="Take a value away at one scope, so that it inherits again. Values for all websites are for staff "
        "of all websites. Holds from the next request on. Writes the history of staff. Undone by `configurationSet`.",
    )
    async def configuration_reset(
        self, info: Info, input: Annotated[ConfigurationResetInput, INPUT]
    ) -> ConfigurationResetPayload:
        at, scope_id = _scope(input.scope)

        async def take(connection: Connection, setting: Setting[Any]) -> None:
            await settings.reset(connection, setting, at, scope_id)

        changed = await _changed(info, input.path, at, scope_id, "CONFIGURATION_RESET", take)
        return ConfigurationResetPayload(setting=changed)


async def _changed(
    info: Info,
    path: str,
    at: ConfigurationScope,
    scope_id: int,
    kind: str,
    change: Callable[[Connection, Setting[Any]], Awaitable[None]],
) -> ConfigurationSetting:
    """The setting after a change at one scope, which is written into the history of staff when it changed anything."""
    context = info.context
    async with context.transaction() as connection:
        await _refuse_unreached(connection, context.viewer, at, scope_id)
        if at is GLOBAL and context.viewer.website_ids is not None:
            raise RuleError("Your role does not reach all websites.", path=["scope"], code=UserErrorCode.NOT_ALLOWED)
        setting = settings.declared().get(path)
        if setting is None:
            raise RuleError("There is no such setting.", path=["path"], code=UserErrorCode.NOT_FOUND)
        if setting.own_mutation is not None:
            raise RuleError(f"Use `{setting.own_mutation}`.", path=["path"], code=UserErrorCode.NOT_ALLOWED)
        before = await settings.stored(connection, setting, at, scope_id)
        await change(connection, setting)
        after = await settings.stored(connection, setting, at, scope_id)
        if before != after:
            where = None if at is GLOBAL else encode(_PREFIXES[at], scope_id)
            await record(connection, kind, by=acting(context), subject=where, changes={path: (before, after)})
        found = await settings.effective(connection, at, scope_id)
    return next(_shown(one) for one in found if one.setting is setting)


async def _refuse_unreached(connection: Connection, viewer: Viewer, at: ConfigurationScope, scope_id: int) -> None:
    """A scope of a website the viewer does not reach is as good as unknown."""
    chain = await settings.scopes_above(connection, at, scope_id)
    if at is not GLOBAL and not viewer.reaches(chain[-2][1]):
        raise RuleError("There is no such website or store view.", path=["scope"], code=UserErrorCode.NOT_FOUND)


def _scope(given: ConfigurationScopeInput | None) -> tuple[ConfigurationScope, int]:
    if given is None:
        return GLOBAL, 0
    if given.website_id is not None:
        return WEBSITE, decode_small(given.website_id.value, "web")
    assert given.store_view_id is not None
    return STORE_VIEW, decode_small(given.store_view_id.value, "stv")


def _checked(value: Any) -> Any:
    if isinstance(value, str) and not storable(value):
        raise RuleError("Text cannot hold NUL or a lone surrogate.", path=["value"])
    return value


def _shown(found: Effective) -> ConfigurationSetting:
    setting = found.setting
    return ConfigurationSetting(
        path=setting.path,
        description=setting.description,
        default=setting.default,
        value=found.value,
        set_at=found.set_at,
        narrowest_scope=setting.narrowest,
        at_least=setting.at_least,
        at_most=setting.at_most,
        one_of=list(setting.one_of),
    )


ADMIN_QUERIES: Final = (ConfigurationAdminQuery,)
ADMIN_MUTATIONS: Final = (ConfigurationAdminMutation,)

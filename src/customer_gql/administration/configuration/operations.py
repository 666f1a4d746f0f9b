from typing import Annotated, Any, Final

import strawberry
from strawberry.scalars import JSON

from customer_gql.core.actor import actor_of
from customer_gql.core.errors import BadInput, RuleError
from customer_gql.core.input_ids import parse_input_id
from customer_gql.core.permissions import Permission
from customer_gql.graph.context import Info
from customer_gql.graph.fields import column
from customer_gql.graph.payloads import Payload
from customer_gql.graph.roots import INPUT, admin_field, admin_mutation
from customer_gql.shop.settings.declaration import GLOBAL, MAX_TEXT, STORE_VIEW, WEBSITE
from customer_gql.shop.settings.reads import validate_scope

from .reads import Scope, values_at
from .types import ConfigurationSetting, configuration_setting
from .writes import reset_configuration, set_configuration


@strawberry.input(one_of=True, description="A website or a store view. Leave the scope out for the whole shop.")
class ConfigurationScopeInput:
    website_id: strawberry.Maybe[strawberry.ID] = column("Id of the website.")
    store_view_id: strawberry.Maybe[strawberry.ID] = column("Id of the store view.")


_EXPECTED_VERSION = (
    "`version` of the value that the edit is based on, 0 for none at this scope. Another version is a "
    "`VersionConflictError`. Without it, the last edit wins."
)
_SCOPE = "Scope of the value; the whole shop when left out."


@strawberry.input(description="A value for a setting at one scope.")
class ConfigurationSetInput:
    path: str = column("Name of the setting.")
    value: JSON = column(  # pyright: ignore[reportInvalidTypeForm]
        "The value: a text, number or flag like the default. Text has at most 10,000 characters.", longest=MAX_TEXT
    )
    scope: ConfigurationScopeInput | None = strawberry.field(description=_SCOPE, default=None)
    expected_version: int | None = strawberry.field(description=_EXPECTED_VERSION, default=None)


@strawberry.input(description="The setting and the scope whose value is deleted.")
class ConfigurationResetInput:
    path: str = column("Name of the setting.")
    scope: ConfigurationScopeInput | None = strawberry.field(description=_SCOPE, default=None)
    expected_version: int | None = strawberry.field(description=_EXPECTED_VERSION, default=None)


@strawberry.type(description="The setting after `configurationSet`.")
class ConfigurationSetPayload(Payload):
    setting: ConfigurationSetting | None = strawberry.field(
        description="The setting as stored now; null when refused.", default=None
    )


@strawberry.type(description="The setting after `configurationReset`.")
class ConfigurationResetPayload(Payload):
    setting: ConfigurationSetting | None = strawberry.field(
        description="The setting as stored now; null when refused.", default=None
    )


@strawberry.type
class ConfigurationAdminQuery:
    @admin_field(
        permission=Permission.CONFIGURATION_MANAGE,
        graphql_type=list[ConfigurationSetting] | None,
        assumed=100,
        description="Every setting by path, a few dozen, with its value at one scope. Null when the scope is unknown "
        "or belongs to a website that the viewer's role does not reach.",
    )
    async def configuration(
        self,
        info: Info,
        scope: Annotated[ConfigurationScopeInput | None, strawberry.argument(description=_SCOPE)] = None,
    ) -> Any:
        decoded = _decode_scope(scope)
        async with info.context.database.reads.acquire() as connection:
            try:
                await validate_scope(connection, *decoded, info.context.viewer.website_ids)
            except RuleError:
                return None
            settings, values = await values_at(connection, decoded)
        return [configuration_setting(setting, values, decoded[0]) for setting in settings.values()]


@strawberry.type
class ConfigurationAdminMutation:
    @admin_mutation(
        permission=Permission.CONFIGURATION_MANAGE,
        description="Set a value at one scope; narrower scopes without a value of their own inherit it. Only staff of "
        "all websites can set a value for the whole shop, and settings that decide about credentials elsewhere may need "
        "more, as their description says. Takes effect with the next request. Writes the history of "
        "staff. `configurationReset` undoes it.",
    )
    async def configuration_set(
        self, info: Info, input: Annotated[ConfigurationSetInput, INPUT]
    ) -> ConfigurationSetPayload:
        scope, context = _parse_scope(input.scope), info.context
        async with context.transaction() as connection:
            await set_configuration(
                connection,
                context.viewer,
                input.path,
                scope,
                input.value,
                expected_version=input.expected_version,
                by=actor_of(context.viewer),
                deployment=context.settings,
            )
        return ConfigurationSetPayload(setting=await _setting_at(info, input.path, scope))

    @admin_mutation(
        permission=Permission.CONFIGURATION_MANAGE,
        description="Delete the value of one scope, which then inherits from the wider one. Only staff of all websites "
        "can delete a value of the whole shop. Takes effect with the next request. Writes the history of staff. "
        "`configurationSet` undoes it.",
    )
    async def configuration_reset(
        self, info: Info, input: Annotated[ConfigurationResetInput, INPUT]
    ) -> ConfigurationResetPayload:
        scope, context = _parse_scope(input.scope), info.context
        async with context.transaction() as connection:
            await reset_configuration(
                connection,
                context.viewer,
                input.path,
                scope,
                expected_version=input.expected_version,
                by=actor_of(context.viewer),
            )
        return ConfigurationResetPayload(setting=await _setting_at(info, input.path, scope))


async def _setting_at(info: Info, path: str, scope: Scope) -> ConfigurationSetting:
    async with info.context.database.reads.acquire() as connection:
        settings, values = await values_at(connection, scope)
    return configuration_setting(settings[path], values, scope[0])


def _decode_scope(scope: ConfigurationScopeInput | None) -> Scope:
    """The scope of a query, which has no `userErrors`."""
    try:
        return _parse_scope(scope)
    except RuleError as malformed:
        raise BadInput(f"{'.'.join(malformed.path)}: {malformed}") from None


def _parse_scope(scope: ConfigurationScopeInput | None) -> Scope:
    if scope is None:
        return GLOBAL, 0
    if scope.website_id is not None:
        return WEBSITE, parse_input_id(scope.website_id.value, "web", ["scope", "websiteId"])
    assert scope.store_view_id is not None
    return STORE_VIEW, parse_input_id(scope.store_view_id.value, "stv", ["scope", "storeViewId"])


ADMIN_QUERIES: Final = (ConfigurationAdminQuery,)
ADMIN_MUTATIONS: Final = (ConfigurationAdminMutation,)

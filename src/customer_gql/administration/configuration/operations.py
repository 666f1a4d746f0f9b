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

from .reads import Scope, matches, values_at
from .types import ConfigurationSetting, configuration_setting
from .writes import SettingChange, update_configuration


@strawberry.input(one_of=True, description="A website or a store view. Leave the scope out for the whole shop.")
class ConfigurationScopeInput:
    website_id: strawberry.Maybe[strawberry.ID] = column("Id of the website.")
    store_view_id: strawberry.Maybe[strawberry.ID] = column("Id of the store view.")


_EXPECTED_VERSION = (
    "`version` of the value that the edit is based on, 0 for none at this scope. Another version is a "
    "`VersionConflictError`. Without it, the last edit wins."
)
_SCOPE = "Scope of the values; the whole shop when left out."


@strawberry.input(description="A value for a setting.")
class ConfigurationValueInput:
    path: str = column("Name of the setting.")
    value: JSON | None = strawberry.field(  # pyright: ignore[reportInvalidTypeForm]
        description="The value: a text, number or flag like the default; null where the default is null. Text has at most "
        "10,000 characters.",
        metadata={"longest": MAX_TEXT},
        default=None,
    )
    expected_version: int | None = strawberry.field(description=_EXPECTED_VERSION, default=None)


@strawberry.input(description="A setting whose value at the scope is deleted, so that the scope inherits.")
class ConfigurationResetInput:
    path: str = column("Name of the setting.")
    expected_version: int | None = strawberry.field(description=_EXPECTED_VERSION, default=None)


@strawberry.input(description="A form of settings at one scope, with at most 200 of them.")
class ConfigurationUpdateInput:
    scope: ConfigurationScopeInput | None = strawberry.field(description=_SCOPE, default=None)
    values: list[ConfigurationValueInput] = strawberry.field(description="Values to set.", default_factory=list)
    resets: list[ConfigurationResetInput] = strawberry.field(
        description="Settings that are to inherit from the wider scope.", default_factory=list
    )


@strawberry.type(description="The settings after `configurationUpdate`.")
class ConfigurationUpdatePayload(Payload):
    settings: list[ConfigurationSetting] = strawberry.field(
        description="The settings of the form as stored now, by path; empty when refused.", default_factory=list
    )


@strawberry.type
class ConfigurationAdminQuery:
    @admin_field(
        permission=Permission.CONFIGURATION_MANAGE,
        graphql_type=list[ConfigurationSetting] | None,
        assumed=100,
        description="The settings by path, a few dozen, with their values at one scope. Null when the scope is unknown "
        "or belongs to a website that the viewer's role does not reach.",
    )
    async def configuration(
        self,
        info: Info,
        scope: Annotated[ConfigurationScopeInput | None, strawberry.argument(description=_SCOPE)] = None,
        section: Annotated[str | None, strawberry.argument(description="Only settings of this section.")] = None,
        search: Annotated[
            str | None,
            strawberry.argument(
                description="Only settings with each of these words in path, label or description, in any case."
            ),
        ] = None,
    ) -> Any:
        decoded = _decode_scope(scope)
        async with info.context.database.reads.acquire() as connection:
            try:
                await validate_scope(connection, *decoded, info.context.viewer.website_ids)
            except RuleError:
                return None
            settings, values = await values_at(connection, decoded)
        chosen = [it for it in settings.values() if matches(it, section, search)]
        return [configuration_setting(setting, values, decoded, info.context.viewer) for setting in chosen]


@strawberry.type
class ConfigurationAdminMutation:
    @admin_mutation(
        permission=Permission.CONFIGURATION_MANAGE,
        description="Set and reset values at one scope: all of them, or none when one is refused. Narrower scopes without "
        "a value of their own inherit. Only staff of all websites can change values of the whole shop, and settings that "
        "decide about credentials elsewhere may need more, as their description says. Takes effect with the next request. "
        "Writes the history of staff.",
    )
    async def configuration_update(
        self, info: Info, input: Annotated[ConfigurationUpdateInput, INPUT]
    ) -> ConfigurationUpdatePayload:
        scope, context = _parse_scope(input.scope), info.context
        changes = [
            *(
                SettingChange(it.path, it.value, it.expected_version, ("values", str(place)))
                for place, it in enumerate(input.values)
            ),
            *(
                SettingChange(it.path, None, it.expected_version, ("resets", str(place)), is_reset=True)
                for place, it in enumerate(input.resets)
            ),
        ]
        async with context.transaction() as connection:
            await update_configuration(
                connection,
                context.viewer,
                scope,
                changes,
                by=actor_of(context.viewer),
                deployment=context.settings,
            )
        async with context.database.reads.acquire() as connection:
            settings, values = await values_at(connection, scope)
        paths = sorted(change.path for change in changes)
        return ConfigurationUpdatePayload(
            settings=[configuration_setting(settings[path], values, scope, context.viewer) for path in paths]
        )


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

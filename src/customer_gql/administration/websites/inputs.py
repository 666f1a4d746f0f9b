"""What staff send to manage websites, stores and store views."""

from typing import Any, Final

import strawberry

from customer_gql.graph.fields import column
from customer_gql.graph.payloads import EXPECTED_VERSION

_CODE: Final = "Unique code: a small letter, followed by up to 31 small letters, digits and `_`. It never changes."
_NAME: Final = "Display name, at most 64 characters."
_CURRENCY: Final = (
    "Base currency, as a code of ISO 4217. It stays once an order, a price or a ledger has an amount in it."
)
_LOCALE: Final = "Language and region of texts and mails, such as `de_AT`."
_DEFAULT: Final = "Whether it becomes the default in place of the present one. The first one always is."
_BECOMES_DEFAULT: Final = "True makes it the default in place of the present one; false is refused for the default."
_ACTIVE: Final = "Whether the storefront is open. The default store view has to be."


@strawberry.input(description="A new website. It serves customers once it has a store with a store view.")
class WebsiteCreateInput:
    code: str = column(_CODE)
    name: str = column(_NAME)
    currency: str = column(_CURRENCY)
    is_default: bool = strawberry.field(description=_DEFAULT, default=False)

    def values(self) -> dict[str, Any]:
        return {"code": self.code, "name": self.name, "currency": self.currency, "is_default": self.is_default}


@strawberry.input(description="Changes of a website; what is left out stays.")
class WebsiteUpdateInput:
    id: strawberry.ID = column("Id of the website.")
    name: strawberry.Maybe[str] = column(_NAME)
    currency: strawberry.Maybe[str] = column(_CURRENCY)
    is_default: strawberry.Maybe[bool] = column(_BECOMES_DEFAULT)
    expected_version: int | None = strawberry.field(description=EXPECTED_VERSION, default=None)


@strawberry.input(description="Website to delete.")
class WebsiteDeleteInput:
    id: strawberry.ID = column("Id of the website.")


@strawberry.input(description="A new store of a website.")
class StoreCreateInput:
    website_id: strawberry.ID = column("Id of the website.")
    code: str = column(_CODE)
    name: str = column(_NAME)
    is_default: bool = strawberry.field(description=_DEFAULT, default=False)

    def values(self) -> dict[str, Any]:
        return {"code": self.code, "name": self.name, "is_default": self.is_default}


@strawberry.input(description="Changes of a store; what is left out stays.")
class StoreUpdateInput:
    id: strawberry.ID = column("Id of the store.")
    name: strawberry.Maybe[str] = column(_NAME)
    is_default: strawberry.Maybe[bool] = column(_BECOMES_DEFAULT)
    expected_version: int | None = strawberry.field(description=EXPECTED_VERSION, default=None)


@strawberry.input(description="Store to delete.")
class StoreDeleteInput:
    id: strawberry.ID = column("Id of the store.")


@strawberry.input(description="A new store view of a store.")
class StoreViewCreateInput:
    store_id: strawberry.ID = column("Id of the store.")
    code: str = column(_CODE)
    name: str = column(_NAME)
    locale: str = column(_LOCALE)
    is_active: bool = strawberry.field(description=_ACTIVE, default=True)
    is_default: bool = strawberry.field(description=_DEFAULT, default=False)

    def values(self) -> dict[str, Any]:
        flags = {"is_active": self.is_active, "is_default": self.is_default}
        return {"code": self.code, "name": self.name, "locale": self.locale, **flags}


@strawberry.input(description="Changes of a store view; what is left out stays.")
class StoreViewUpdateInput:
    id: strawberry.ID = column("Id of the store view.")
    name: strawberry.Maybe[str] = column(_NAME)
    locale: strawberry.Maybe[str] = column(_LOCALE)
    is_active: strawberry.Maybe[bool] = column(_ACTIVE)
    is_default: strawberry.Maybe[bool] = column(_BECOMES_DEFAULT)
    expected_version: int | None = strawberry.field(description=EXPECTED_VERSION, default=None)


@strawberry.input(description="Store view to delete.")
class StoreViewDeleteInput:
    id: strawberry.ID = column("Id of the store view.")


def edits_of(input: Any, *columns: str) -> dict[str, Any]:
    """What an update gives."""
    given = {name: getattr(input, name) for name in columns}
    return {name: value.value for name, value in given.items() if value is not None}

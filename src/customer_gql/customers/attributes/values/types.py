import datetime as dt
from typing import Annotated, Any, Final

import strawberry
from babel.dates import format_date

from customer_gql.core.messages.catalogues import ENGLISH
from customer_gql.customers.attributes.built_in.labels import label_of
from customer_gql.customers.attributes.enums import AttributeType  # where the graph's enum is made of it
from customer_gql.customers.attributes.tables import AttributeEntity
from customer_gql.customers.attributes.uploads.files import FileValue
from customer_gql.graph.access.guards import mask_value
from customer_gql.graph.context import Info

from .reads import FileFacts, OptionFacts, ValueFacts, load_values

Codes = Annotated[
    list[str] | None,
    strawberry.argument(description="Codes of the attributes to read; without it all. `NOT_FOUND` for an unknown one."),
]
VALUES: Final = (
    "Values of attributes, in the order of forms; those without a value are left out. A storefront gets what the website of the "
    "account shows. Null with an error `NOT_FOUND` for a code in `codes` that is unknown or not shown."
)


@strawberry.type(name="AttributeValueOption", description="A chosen option.")
class AttributeValueOption:
    code: str = strawberry.field(description="Code of the option.")
    label: str = strawberry.field(
        description="Text to show: of the store view in `X-Store-View` where it has one, else that of the shop."
    )


@strawberry.type(description="A file that is the value of an attribute.")
class AttributeFile:
    id: strawberry.ID = strawberry.field(description="Id to give the file back by, as `fileId`. Starts with `afl_`.")
    name: str = strawberry.field(description="Name that it was uploaded and is downloaded by.")
    media_type: str = strawberry.field(description="What its content is, as `image/png`.")
    size_bytes: int = strawberry.field(description="Size in bytes.")
    url: str | None = strawberry.field(
        description="Path to download it from by `GET`, on the same host: for 15 minutes, as long as the sign-in lasts, and for the "
        "one who asked alone. Works without a token, and not with that of somebody else."
    )


@strawberry.type(
    description="The value of an attribute. The member that fits its type has it; the others are null, `options` is empty. Staff "
    "without `customers.pii` see the first letters of personal texts, and no personal days, answers, options and files."
)
class AttributeValue:
    facts: strawberry.Private[ValueFacts]

    @strawberry.field(description="Code of the attribute.")
    def code(self) -> str:
        return self.facts.code

    @strawberry.field(
        description="Text to show: of the store view in `X-Store-View` where it has one, else that of the shop."
    )
    def label(self) -> str:
        return self.facts.label

    @strawberry.field(description="What the attribute takes.")
    def type(self) -> AttributeType:
        return self.facts.type

    @strawberry.field(description="The value as one text for people, in the language of the store view.")
    def display(self) -> str | None:
        facts = self.facts
        locale = facts.locale or ENGLISH
        match facts.value:
            case bool():
                shown = label_of("true" if facts.value else "false", locale)
            case dt.date():
                shown = format_date(facts.value, locale=locale) if facts.locale else facts.value.isoformat()
            case list():
                parts = [one.label for one in facts.options] if _is_choice(facts) else facts.value
                shown = ", ".join(parts)
            case FileValue():
                shown = facts.value.name
            case _:
                shown = facts.value
        if facts.is_masked:
            return mask_value(shown) if _is_text(facts) else None
        return shown

    @strawberry.field(description="Of `TEXT` and `TEXT_AREA`.")
    def text(self) -> str | None:
        value = self.facts.value
        shown = value if isinstance(value, str) else None
        return mask_value(shown) if self.facts.is_masked else shown

    @strawberry.field(description="Of `MULTILINE`.", metadata={"assumed": 3})
    def lines(self) -> list[str] | None:
        value = self.facts.value
        shown = value if isinstance(value, list) and not _is_choice(self.facts) else None
        return mask_value(shown) if self.facts.is_masked else shown

    @strawberry.field(description="Of `DATE`.")
    def date(self) -> dt.date | None:
        value = self.facts.value
        return value if isinstance(value, dt.date) and not self.facts.is_masked else None

    @strawberry.field(description="Of `BOOLEAN`.")
    def boolean(self) -> bool | None:
        value = self.facts.value
        return value if isinstance(value, bool) and not self.facts.is_masked else None

    @strawberry.field(
        graphql_type=list[AttributeValueOption],
        description="The chosen options of `SELECT` and `MULTI_SELECT`.",
        metadata={"assumed": 3},
    )
    def options(self) -> list[OptionFacts]:
        return [] if self.facts.is_masked else list(self.facts.options)

    @strawberry.field(graphql_type=AttributeFile | None, description="Of `FILE` and `IMAGE`.")
    def file(self) -> FileFacts | None:
        return None if self.facts.is_masked else self.facts.file


def _is_choice(facts: ValueFacts) -> bool:
    return facts.type in (AttributeType.SELECT, AttributeType.MULTI_SELECT)


def _is_text(facts: ValueFacts) -> bool:
    return facts.type in (AttributeType.TEXT, AttributeType.TEXT_AREA, AttributeType.MULTILINE)


async def show_values(
    info: Info, entity: AttributeEntity, key: Any, website_id: int | None, codes: list[str] | None
) -> list[AttributeValue]:
    found = await load_values(info.context, entity, key, website_id=website_id, codes=codes)
    return [AttributeValue(facts=facts) for facts in found]


@strawberry.type
class AttributeValueSection:
    @strawberry.field(description=VALUES, metadata={"assumed": 10})
    async def attributes(self: Any, info: Info, codes: Codes = None) -> list[AttributeValue] | None:
        return await show_values(info, AttributeEntity.CUSTOMER, self.id, self.website_id, codes)


CUSTOMER_SECTIONS: Final = (AttributeValueSection,)

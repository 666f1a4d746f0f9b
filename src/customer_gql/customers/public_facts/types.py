"""What everybody may know of the shop, so that a storefront hard-codes no form (docs/domain/public-facts.md#public-facts-1)."""

from typing import Any

import strawberry

from customer_gql.customers.attributes.types import AttributeDefault, AttributeRules, read_default, read_rules
from customer_gql.graph.fields import column, loaded
from customer_gql.graph.scalars import graph_enum
from customer_gql.shop.captcha.types import CaptchaType
from customer_gql.shop.websites.reads import active_store_views_by_website, store_views_by_id, websites_by_id
from customer_gql.shop.websites.types import StoreView, Website

from .forms import FieldType, FormKind

graph_enum(
    FormKind,
    "What a form is for.",
    {
        "SIGN_UP": "Input of `signUp`.",
        "ACCOUNT_EDIT": "Input of `meUpdate`.",
        "ADDRESS_CREATE": "Input of `addressCreate`.",
        "ADDRESS_EDIT": "Input of `addressUpdate`.",
    },
)
graph_enum(
    FieldType,
    "What a field takes, so that a form knows how to ask for it.",
    {
        "TEXT": "One line of text.",
        "TEXT_AREA": "A text of several lines.",
        "LINES": "A list of lines of text: of `street` as many as `streetLines` of `shop` says, else as many as `rules` say.",
        "EMAIL": "An e-mail address.",
        "PASSWORD": "A password by the `passwordRules` of `shop`.",
        "TELEPHONE": "A telephone number.",
        "NUMBER": "A whole number.",
        "DATE": "A day of the calendar, as `2024-01-31`.",
        "BOOLEAN": "Yes or no.",
        "SELECT": "The `code` of one of the options.",
        "MULTI_SELECT": "The `code` of any number of the options.",
        "FILE": "The `fileId` of a file that `fileUploadCreate` had uploaded.",
        "IMAGE": "The `fileId` of a picture that `fileUploadCreate` had uploaded.",
    },
    name="FormFieldType",
)


@strawberry.type(name="PasswordRules", description="What a new password has to be.")
class PasswordRulesType:
    minimum_length: int = column("Smallest number of characters.")
    maximum_length: int = column("Largest number of characters.")
    character_classes: int = column(
        "Smallest number of kinds of characters: small letters, capital letters, digits, others."
    )


@strawberry.type(name="RememberMe", description="Whether a form of the sign-in asks whether to remember the customer.")
class RememberMeType:
    is_offered: bool = column("Whether `isRemembered` of `signIn` has an effect.")
    is_default: bool = column("Whether the box is ticked to begin with.")


@strawberry.type(
    name="RemoteAssistance", description="The box with which customers allow staff to sign in as them to help."
)
class RemoteAssistanceType:
    is_offered: bool = column("Whether staff of the shop sign in as customers at all.")
    title: str = column(
        "Text beside the box, in the language of the store view unless the website has a text of its own."
    )
    tooltip: str | None = column("Explanation to show with the box; null for none.")


@strawberry.type(description="Public facts of the website and of the store view in `X-Store-View`.")
class Shop:
    website: Website = loaded(websites_by_id, key="website_id", description="The website.")
    store_view: StoreView = loaded(store_views_by_id, key="store_view_id", description="The store view of the request.")
    store_views: list[StoreView] = loaded(
        active_store_views_by_website,
        key="website_id",
        description="Every store view of the website; there are only a few.",
    )
    password_rules: PasswordRulesType = column("What a new password of a customer has to be.")
    is_email_confirmation_required: bool = column(
        "Whether a new account works only after its e-mail address was confirmed."
    )
    is_newsletter_enabled: bool = column("Whether the store view has a newsletter.")
    is_newsletter_confirmation_required: bool = column(
        "Whether a subscription that is requested with a sign-up begins only after the link in a mail was opened."
    )
    street_lines: int = column("Largest number of lines of a street.")
    captcha: CaptchaType = column("CAPTCHA that forms of the website ask for.")
    is_vat_number_shown: bool = column("Whether customers can enter a VAT number at an address.")
    default_country_code: str | None = column(
        "ISO 3166-1 code of the country that a form of an address begins with; null for none."
    )
    remember_me: RememberMeType = column("Remembering customers on their devices.")
    remote_assistance: RemoteAssistanceType = column(
        "Whether and how customers are asked to let staff sign in as them."
    )
    is_company_registration_open: bool = column("Whether `companyRegister` takes requests for companies.")
    is_dashboard_opened_after_sign_in: bool = column(
        "Whether the storefront opens the dashboard of the account after a sign-in, instead of staying on the page."
    )
    is_autocomplete_allowed: bool = column(
        "Whether browsers may fill in the forms of the sign-in and of the forgotten password by themselves."
    )
    is_cookie_consent_required: bool = column(
        "Whether the storefront asks visitors before it stores cookies that it could do without."
    )
    data_lifetime_minutes: int = column(
        "Minutes for which the storefront keeps what was typed into a form and not sent."
    )


@strawberry.type(name="Region", description="A state or province of a country.")
class RegionType:
    code: str | None = column("ISO 3166-2 code, as `US-CA`; null where the standard has none.")
    name: str = column(
        "Name in the language of the store view in `X-Store-View` where the data have it, else in Latin letters."
    )
    local_name: str = column("Name in the script of the country.")


@strawberry.type(name="Country", description="A country, and what its addresses need.")
class CountryType:
    code: str = column("ISO 3166-1 code of two letters.")
    name: str = column("Name in the language of the store view in `X-Store-View`, else in English.")
    is_top: bool = column("Whether the website offers the country before the others.")
    is_region_required: bool = column("Whether an address needs a state or province.")
    is_postcode_required: bool = column("Whether an address needs a postal code.")
    postcode_example: str | None = column("A postal code of the country; null where it has none.")
    regions: list[RegionType] = column(
        "States or provinces to choose from. An address may also name those of another level; and any text where "
        "the country is not known to be written with one.",
        assumed=20,
    )


@strawberry.type(description="A value to choose from.")
class FormOption:
    code: str = column("Value to send.")
    label: str = column("Text to show, in the language of the store view where there is one.")


@strawberry.type(description="A field to ask for.")
class FormField:
    code: str = column("Name of the field in the input of the mutation; of an attribute, its code for `attributes`.")
    label: str = column(
        "Text to show: that of the store view where it has one, else that of the shop. Where the shop has none for a built-in field, "
        "English, German, Dutch or Swedish by the locale of the store view, else English."
    )
    type: FieldType = column("What the field takes.")
    is_required: bool = column("Whether the mutation refuses a missing value.")
    is_custom: bool = column("Whether it is an attribute, which is sent in `attributes`, and not a built-in field.")

    @strawberry.field(description="Limits of the values of an attribute.")
    def rules(self: Any) -> AttributeRules:
        return read_rules(self.rules or {})

    tooltip: str | None = column("Explanation to show with the field; null for none.")
    options: list[FormOption] = column(
        "Values to choose from; empty unless the type is `SELECT` or `MULTI_SELECT`.", assumed=20
    )

    @strawberry.field(description="Value to start with, of an attribute that has one.")
    def default(self: Any) -> AttributeDefault | None:
        return read_default(self.default)


@strawberry.type(
    description="The fields that a website asks for in one kind of input, in the order of a usual form. It is made by "
    "the rules that the mutation applies."
)
class Form:
    kind: FormKind = column("What the form is for.")
    fields: list[FormField] = column("Fields to ask for.", assumed=20)

"""The enums of attributes as the graph describes them."""

import enum

from customer_gql.graph.scalars import graph_enum

from .tables import AttributeEntity, AttributeForm, AttributeType, GridFilterMatch, InputFilter


class InputValidation(enum.Enum):
    ALPHA = "ALPHA"
    ALPHANUMERIC = "ALPHANUMERIC"
    ALPHANUMERIC_WITH_SPACES = "ALPHANUMERIC_WITH_SPACES"
    NUMERIC = "NUMERIC"
    EMAIL = "EMAIL"
    URL = "URL"


graph_enum(
    AttributeEntity,
    "What an attribute belongs to.",
    {"CUSTOMER": "A customer.", "ADDRESS": "An address in a customer's address book."},
)
graph_enum(
    AttributeType,
    "What an attribute takes, and the member of its value.",
    {
        "TEXT": "One line, as `text`.",
        "TEXT_AREA": "A text of several lines, as `text`.",
        "MULTILINE": "A list of lines, as `lines`.",
        "DATE": "A day of the calendar, as `date`.",
        "BOOLEAN": "Yes or no, as `boolean`.",
        "SELECT": "One of the options, as `options` with one code.",
        "MULTI_SELECT": "Any number of the options, as `options`.",
        "FILE": "A file that was uploaded, as `fileId`.",
        "IMAGE": "A picture that was uploaded, as `fileId`.",
    },
)
graph_enum(
    AttributeForm,
    "A form that shows attributes.",
    {
        "SIGN_UP": "Sign-up on a storefront.",
        "ACCOUNT_EDIT": "Edit of the own account on a storefront.",
        "ADDRESS_CREATE": "New address on a storefront.",
        "ADDRESS_EDIT": "Edit of an own address on a storefront.",
        "ADMIN_CHECKOUT": "Order that staff create for a customer.",
    },
)
graph_enum(
    InputFilter,
    "What is done to a text before it is judged and stored.",
    {
        "NONE": "Nothing.",
        "STRIP_TAGS": "HTML tags are removed.",
        "ESCAPE_HTML": "Characters with a meaning in HTML are escaped.",
    },
)
graph_enum(
    GridFilterMatch,
    "How a filter of a list compares a text with the value.",
    {
        "CONTAINS": "The value contains the text.",
        "STARTS_WITH": "The value starts with the text.",
        "EQUALS": "The value is the text.",
    },
)
graph_enum(
    InputValidation,
    "Characters or form that a text, or each of several lines, has to have.",
    {
        "ALPHA": "Letters.",
        "ALPHANUMERIC": "Letters and digits.",
        "ALPHANUMERIC_WITH_SPACES": "Letters, digits and spaces; several spaces become one.",
        "NUMERIC": "Digits.",
        "EMAIL": "An e-mail address.",
        "URL": "A web address that starts with `http://` or `https://`.",
    },
)

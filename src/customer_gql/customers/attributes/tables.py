"""Definitions of attributes: facts about customers and addresses that a shop adds (docs/domain/attributes.md#attributes-1)."""

import enum

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    ForeignKey,
    ForeignKeyConstraint,
    Integer,
    PrimaryKeyConstraint,
    SmallInteger,
    Text,
    UniqueConstraint,
    false,
    text,
    true,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

from customer_gql.database.tables import created_at, one_of, table


class AttributeEntity(enum.Enum):
    CUSTOMER = "CUSTOMER"
    ADDRESS = "ADDRESS"


class AttributeType(enum.Enum):
    TEXT = "TEXT"
    TEXT_AREA = "TEXT_AREA"
    MULTILINE = "MULTILINE"
    DATE = "DATE"
    BOOLEAN = "BOOLEAN"
    SELECT = "SELECT"
    MULTI_SELECT = "MULTI_SELECT"
    FILE = "FILE"
    IMAGE = "IMAGE"


class AttributeForm(enum.Enum):
    SIGN_UP = "SIGN_UP"
    ACCOUNT_EDIT = "ACCOUNT_EDIT"
    ADDRESS_CREATE = "ADDRESS_CREATE"
    ADDRESS_EDIT = "ADDRESS_EDIT"
    ADMIN_CHECKOUT = "ADMIN_CHECKOUT"


class InputFilter(enum.Enum):
    NONE = "NONE"
    STRIP_TAGS = "STRIP_TAGS"
    ESCAPE_HTML = "ESCAPE_HTML"


class GridFilterMatch(enum.Enum):
    CONTAINS = "CONTAINS"
    STARTS_WITH = "STARTS_WITH"
    EQUALS = "EQUALS"


attribute = table(
    "attribute",
    Column("id", BigInteger, primary_key=True),
    Column("version", Integer, nullable=False, server_default="1"),
    Column("entity", Text, nullable=False),
    Column("code", Text, nullable=False),
    Column("type", Text, nullable=False),
    # A field that every shop has, which the migrations put here. Its label is null until staff give it another.
    Column("is_system", Boolean, nullable=False, server_default=false()),
    Column("label", Text),
    Column("sort_order", Integer, nullable=False, server_default="0"),
    # Limits of values, by the names that the graph has for them.
    Column("rules", JSONB, nullable=False, server_default=text("'{}'")),
    Column("input_filter", Text, nullable=False, server_default=InputFilter.NONE.value),
    Column("forms", ARRAY(Text), nullable=False, server_default=text("'{}'")),
    Column("is_grid_column", Boolean, nullable=False, server_default=false()),
    Column("is_grid_filter", Boolean, nullable=False, server_default=false()),
    Column("grid_filter_match", Text, nullable=False, server_default=GridFilterMatch.CONTAINS.value),
    Column("is_searchable", Boolean, nullable=False, server_default=false()),
    Column("is_segment_condition", Boolean, nullable=False, server_default=false()),
    Column("is_quick_editable", Boolean, nullable=False, server_default=false()),
    Column("is_personal", Boolean, nullable=False, server_default=true()),
    Column("is_required", Boolean, nullable=False, server_default=false()),
    Column("is_visible", Boolean, nullable=False, server_default=false()),
    # From when its deletion begins until the last of its values is gone.
    Column("is_being_deleted", Boolean, nullable=False, server_default=false()),
    # One of the members `text`, `lines`, `date` and `boolean`. That of a choice is marked at its options.
    Column("default_value", JSONB),
    created_at(),
    UniqueConstraint("entity", "code"),
    CheckConstraint("char_length(code) BETWEEN 1 AND 29", name="code_length"),
    CheckConstraint("is_system OR code ~ '^[a-z][a-z0-9_]*$'", name="code"),
    CheckConstraint("is_system OR label IS NOT NULL", name="label"),
    one_of("entity", AttributeEntity),
    one_of("type", AttributeType),
    one_of("input_filter", InputFilter),
    one_of("grid_filter_match", GridFilterMatch),
    distribution="reference",
)

attribute_label = table(
    "attribute_label",
    Column("attribute_id", ForeignKey("attribute.id", ondelete="CASCADE"), nullable=False),
    Column("store_view_id", ForeignKey("store_view.id", ondelete="CASCADE"), nullable=False),
    Column("label", Text, nullable=False),
    PrimaryKeyConstraint("attribute_id", "store_view_id"),
    distribution="reference",
)

# What a website decides for itself; null where it has what the attribute has.
attribute_website = table(
    "attribute_website",
    Column("attribute_id", ForeignKey("attribute.id", ondelete="CASCADE"), nullable=False),
    Column("website_id", ForeignKey("website.id", ondelete="CASCADE"), nullable=False),
    Column("is_required", Boolean),
    Column("is_visible", Boolean),
    Column("default_value", JSONB),
    PrimaryKeyConstraint("attribute_id", "website_id"),
    distribution="reference",
)

attribute_option = table(
    "attribute_option",
    Column("attribute_id", ForeignKey("attribute.id", ondelete="CASCADE"), nullable=False),
    Column("code", Text, nullable=False),
    Column("place", SmallInteger, nullable=False),
    Column("label", Text, nullable=False),
    Column("is_default", Boolean, nullable=False, server_default=false()),
    Column("is_being_removed", Boolean, nullable=False, server_default=false()),
    PrimaryKeyConstraint("attribute_id", "code"),
    CheckConstraint("char_length(code) BETWEEN 1 AND 64", name="code_length"),
    distribution="reference",
)

attribute_option_label = table(
    "attribute_option_label",
    Column("attribute_id", BigInteger, nullable=False),
    Column("option_code", Text, nullable=False),
    Column("store_view_id", ForeignKey("store_view.id", ondelete="CASCADE"), nullable=False),
    Column("label", Text, nullable=False),
    PrimaryKeyConstraint("attribute_id", "option_code", "store_view_id"),
    ForeignKeyConstraint(
        ["attribute_id", "option_code"], ["attribute_option.attribute_id", "attribute_option.code"], ondelete="CASCADE"
    ),
    distribution="reference",
)

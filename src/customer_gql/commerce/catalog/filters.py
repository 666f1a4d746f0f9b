"""The grid of products (docs/domain/catalog.md#catalog-7)."""

from typing import Final

from sqlalchemy import select

from customer_gql.loading.grids.columns import ColumnType
from customer_gql.loading.grids.entries import plain_column, reference_column, text_column
from customer_gql.loading.grids.grid import Grid, columns_by_key
from customer_gql.loading.grids.orders import SortBy
from customer_gql.shop.groups.tables import tax_class

from .tables import PRODUCT_DOCUMENT, ProductType, product

_product = product.c

_COLUMNS: Final = (
    text_column(
        "sku",
        "SKU",
        "Stock keeping unit.",
        _product.sku,
        over=("Product.sku",),
        is_never_empty=True,
        is_default=True,
        is_searched=True,
        is_indexed=True,
    ),
    text_column(
        "name",
        "Name",
        "Display name.",
        _product.name,
        over=("Product.name",),
        is_never_empty=True,
        is_default=True,
        is_searched=True,
    ),
    plain_column(
        "type",
        "Type",
        "Kind of product.",
        ColumnType.ENUM,
        _product.type,
        choices=ProductType,
        over=("Product.type",),
        is_never_empty=True,
        is_default=True,
        is_facetable=True,
    ),
    plain_column(
        "price",
        "Price",
        "Base price.",
        ColumnType.MONEY,
        _product.price,
        currency=_product.currency,
        over=("Product.price",),
        is_never_empty=True,
        is_default=True,
    ),
    plain_column(
        "isSalable",
        "Salable",
        "Whether the product can be bought.",
        ColumnType.BOOLEAN,
        _product.is_salable,
        over=("Product.is_salable",),
        is_never_empty=True,
        is_default=True,
        is_facetable=True,
    ),
    reference_column(
        "taxClass",
        "Tax class",
        "Tax class of the product; empty when it is untaxed.",
        _product.tax_class_id,
        "tax",
        tax_class,
        over=("Product.tax_class",),
        is_facetable=True,
    ),
    text_column(
        "externalId",
        "External ID",
        "Id of the product in the shop's other systems.",
        _product.external_id,
        over=("Product.external_id",),
    ),
)
PRODUCTS: Final = Grid(
    name="PRODUCTS",
    title="products",
    list_name="product",
    nodes=select(product),
    node_key=(_product.id,),
    source=product,
    key=(_product.id,),
    columns=columns_by_key(*_COLUMNS),
    default_sort=SortBy("SKU"),
    document=PRODUCT_DOCUMENT,
    is_search_indexed=True,
)

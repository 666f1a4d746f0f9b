from sqlalchemy import select

from customer_gql.loading.reads import all_by, one_by
from customer_gql.shop.websites.tables import website

from .tables import product, product_option, product_option_value, product_stock, product_website

products_by_id = one_by(select(product), product.c.id)
websites_by_product = all_by(
    select(website, product_website.c.product_id).join(product_website).order_by(website.c.id),
    product_website.c.product_id,
)
options_by_product = all_by(
    select(product_option, product.c.currency)
    .select_from(product_option.join(product))
    .order_by(product_option.c.product_id, product_option.c.place),
    product_option.c.product_id,
)
values_by_option = all_by(
    select(product_option_value, product.c.currency)
    .select_from(product_option_value.join(product, product.c.id == product_option_value.c.product_id))
    .order_by(product_option_value.c.product_id, product_option_value.c.option_code, product_option_value.c.place),
    product_option_value.c.product_id,
    product_option_value.c.option_code,
)
stock_by_product = one_by(select(product_stock), product_stock.c.product_id)
products_by_website_and_sku = one_by(
    select(product, product_website.c.website_id).select_from(product.join(product_website)),
    product_website.c.website_id,
    product.c.sku,
)
"""Products that are sold on a website."""

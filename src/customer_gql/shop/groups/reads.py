from sqlalchemy import select

from customer_gql.database.statements import compile_statement
from customer_gql.loading.reads import all_by, one_by
from customer_gql.shop.websites.tables import website

from .filters import GROUP
from .tables import customer_group, customer_group_excluded_website, tax_class

groups_by_id = one_by(GROUP, customer_group.c.id)
tax_classes_by_id = one_by(select(tax_class), tax_class.c.id)
excluded_websites_by_group = all_by(
    select(website, customer_group_excluded_website.c.group_id)
    .join(customer_group_excluded_website)
    .order_by(website.c.id),
    customer_group_excluded_website.c.group_id,
)
ALL_TAX_CLASSES = compile_statement(select(tax_class).order_by(tax_class.c.id))

from sqlalchemy import select

from customer_gql.database.statements import compile_statement
from customer_gql.loading.reads import one_by

from .tables import customer_group, tax_class

groups_by_id = one_by(select(customer_group), customer_group.c.id)
tax_classes_by_id = one_by(select(tax_class), tax_class.c.id)
ALL_GROUPS = compile_statement(select(customer_group).order_by(customer_group.c.id))

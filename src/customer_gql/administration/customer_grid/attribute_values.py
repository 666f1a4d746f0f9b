"""How the values of attributes are computed that the list of customers is filtered by (docs/domain/attributes.md#attributes-12)."""

from typing import Final

from sqlalchemy import Text, case, cast, func, literal_column, select

from customer_gql.customers.attributes.values.tables import customer_attribute
from customer_gql.customers.profile.tables import customer
from customer_gql.database.projections import Projection

from .tables import customer_grid_attribute

MAX_COMPARED: Final = 255
"""Characters of a folded text that are kept, for which an index has room."""

_given: Final = customer_attribute.c
_text: Final = func.left(
    func.fold_text(_given.text_value, type_=Text()), literal_column(str(MAX_COMPARED)), type_=Text()
)
_day: Final = func.to_char(_given.date_value, literal_column("'YYYY-MM-DD'"), type_=Text())
_answer: Final = case((_given.boolean_value, literal_column("'true'", Text())), else_=literal_column("'false'", Text()))
_VALUE: Final = case(
    (_given.text_value.is_not(None), _text),
    (_given.date_value.is_not(None), _day),
    (_given.boolean_value.is_not(None), _answer),
    else_=cast(_given.option_code, Text()),
)

# The number of a customer never changes, so the table of customers is not among those that are read.
CUSTOMER_GRID_ATTRIBUTE: Final = Projection(
    table=customer_grid_attribute,
    reads=(customer_attribute,),
    customer_id=_given.customer_id,
    rows=select(
        _given.customer_id,
        _given.attribute_id,
        _given.place,
        _VALUE.label("value"),
        customer.c.number,
    ).select_from(customer_attribute.join(customer, customer.c.id == _given.customer_id)),
)

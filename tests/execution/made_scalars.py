"""Values of the graph's own scalars, for schemathesis, which loads this file as its hooks."""

import schemathesis
from hypothesis import strategies as st
from schemathesis.graphql import nodes

schemathesis.graphql.scalar("Decimal", st.decimals(places=2).map(str).map(nodes.String))
schemathesis.graphql.scalar("DateTime", st.datetimes().map(lambda when: f"{when.isoformat()}Z").map(nodes.String))
schemathesis.graphql.scalar("Date", st.dates().map(str).map(nodes.String))
schemathesis.graphql.scalar(
    "JSON", st.one_of(st.text().map(nodes.String), st.integers().map(nodes.Int), st.booleans().map(nodes.Boolean))
)
schemathesis.graphql.scalar("CurrencyCode", st.sampled_from(["EUR", "USD", "JPY", "", "€"]).map(nodes.String))

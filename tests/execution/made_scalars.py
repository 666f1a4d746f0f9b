"""Values of the graph's own scalars, for schemathesis, which loads this file as its hooks."""

import os

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

KEYS = st.integers(0, 2**63 - 1)
IDS = st.one_of(
    KEYS.map(lambda key: f"cus_{key:016x}"),
    *[
        st.tuples(KEYS, KEYS).map(lambda keys, kind=kind: f"{kind}_{keys[0]:016x}{keys[1]:016x}")
        for kind in ("adr", "ord")
    ],
)
if os.environ.get("WELL_FORMED"):
    schemathesis.graphql.scalar("ID", IDS.map(nodes.String))

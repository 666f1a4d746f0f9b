"""Values of the graph's own scalars, and what is a fault of an answer, for schemathesis, which loads this file as its hooks."""

import ipaddress
import itertools
import os
from typing import Any

import schemathesis
from hypothesis import strategies as st
from schemathesis.graphql import nodes

schemathesis.graphql.scalar("BigInt", st.integers(0, 2**63 - 1).map(str).map(nodes.String))
schemathesis.graphql.scalar("Decimal", st.decimals(places=2).map(str).map(nodes.String))
schemathesis.graphql.scalar("DateTime", st.datetimes().map(lambda when: f"{when.isoformat()}Z").map(nodes.String))
schemathesis.graphql.scalar("Date", st.dates().map(str).map(nodes.String))
schemathesis.graphql.scalar(
    "JSON", st.one_of(st.text().map(nodes.String), st.integers().map(nodes.Int), st.booleans().map(nodes.Boolean))
)
schemathesis.graphql.scalar("CurrencyCode", st.sampled_from(["EUR", "USD", "JPY", "", "€"]).map(nodes.String))

ADDRESSES = itertools.count(int(ipaddress.IPv4Address("10.0.0.1")))


@schemathesis.hook
def before_call(_context: Any, case: Any, _kwargs: Any) -> None:
    """Each from another place, so that what may be tried a few times from one address is done each time."""
    case.headers["X-Forwarded-For"] = str(ipaddress.IPv4Address(next(ADDRESSES)))


@schemathesis.check
def no_fault(_context: Any, response: Any, _case: Any) -> None:
    """Every error has a code that tells what to do. A nullable field that is refused leaves the rest of the answer, which
    `not_a_server_error` of schemathesis takes for a fault."""
    assert response.status_code < 500
    codes = {error.get("extensions", {}).get("code") for error in response.json().get("errors", [])}
    assert not codes & {None, "INTERNAL_SERVER_ERROR"}


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

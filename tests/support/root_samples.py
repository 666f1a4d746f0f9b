"""How to call each root of the admin endpoint. The access test fails for a root or an id it finds no sample of."""

from customer_gql.graph.nodes import nodes_of, visible_to_everyone
from customer_gql.schema import admin
from support.access_walk import Ids, Sample
from support.slice_samples import merge


def node(prefix: str) -> Sample:
    return lambda ids: {"id": ids[prefix]}


def nodes(ids: Ids):
    return {"ids": [ids[prefix] for prefix in sorted(private())]}


def private() -> set[str]:
    """Prefixes of what is not for everyone to see."""
    return {
        prefix
        for prefix, (_, declared) in nodes_of(admin.schema).items()
        if declared.visible is not visible_to_everyone
    }


# Roots that take arguments. Those without required ones are called as they are.
SAMPLES: dict[str, list[Sample]] = {
    "node": [node(prefix) for prefix in sorted(private())],
    "nodes": [nodes],
    **merge("CALLS"),
}

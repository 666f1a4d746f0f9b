"""The viewer of a request as the histories name them."""

import pytest

from customer_gql.core.actor import Actor, ActorKind, actor_of
from customer_gql.core.viewer import GUEST, Viewer, ViewerKind


@pytest.mark.parametrize(
    ("viewer", "actor"),
    [
        (Viewer(ViewerKind.CUSTOMER, customer_id=5), Actor(ActorKind.CUSTOMER, 5)),
        (
            Viewer(ViewerKind.CUSTOMER, customer_id=1, staff_id=2, address="192.0.2.1"),
            Actor(ActorKind.CUSTOMER, 1, impersonator_id=2, address="192.0.2.1"),
        ),
        (Viewer(ViewerKind.STAFF, staff_id=5, address="::1"), Actor(ActorKind.STAFF, 5, address="::1")),
        (Viewer(ViewerKind.SERVICE, service_id=7), Actor(ActorKind.SERVICE, 7)),
        (GUEST, Actor(ActorKind.NOBODY)),
    ],
)
def test_the_viewer_as_an_actor(viewer, actor):
    assert actor_of(viewer) == actor
    assert actor_of(viewer).viewer is viewer  # whose permissions limit what the actor may do


@pytest.mark.parametrize(
    ("kind", "staff_id"), [(ActorKind.STAFF, 5), (ActorKind.SERVICE, None), (ActorKind.CUSTOMER, None)]
)
def test_a_key_is_of_staff_only_for_staff(kind, staff_id):
    assert Actor(kind, 5).staff_id == staff_id

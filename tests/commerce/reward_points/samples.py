"""Samples of reward points for the tests that walk the whole graph."""

from support.calls import KEY, about, of_website, with_fresh_key
from support.changes import Changes, by_staff

CALLS = {"rewardPointsAdjust": [about("cus", points=1, **KEY), with_fresh_key(of_website(points=1))]}
CHANGES: Changes = {
    "rewardPointsAdjust": [(by_staff(points=5, **KEY), "REWARD_POINTS_ADJUSTED", {"rewardPoints"})],
}

"""Reasons why the reference executor answers instead of a plan."""


class FallBack(Exception):
    """A run met a value that only the reference executor handles: an unexpected null, or a value of another type."""


class NotPlannable(Exception):
    """The document uses a feature that plans do not support."""

"""Frozen sets of records of a list, for actions on all of them."""

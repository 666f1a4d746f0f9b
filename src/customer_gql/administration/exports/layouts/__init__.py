"""Layouts of customers that other programs read."""

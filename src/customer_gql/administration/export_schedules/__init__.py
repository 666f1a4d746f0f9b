"""Exports that are made again and again, at times of a day (docs/domain/exports.md#exports-8)."""

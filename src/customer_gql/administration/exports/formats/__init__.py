"""The formats of files, each over the same columns."""

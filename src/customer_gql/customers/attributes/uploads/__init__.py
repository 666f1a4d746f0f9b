"""Files that are uploaded for values of attributes (docs/domain/attributes.md#attributes-15)."""

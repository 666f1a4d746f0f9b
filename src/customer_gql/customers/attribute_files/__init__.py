"""Files of attributes as they are sent, got and deleted (docs/domain/attributes.md#attributes-15)."""

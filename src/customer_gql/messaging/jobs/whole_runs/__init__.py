"""Jobs that are done in one go."""

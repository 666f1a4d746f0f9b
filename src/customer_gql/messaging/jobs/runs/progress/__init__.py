"""How far a job is."""

"""The right to go on with a job."""

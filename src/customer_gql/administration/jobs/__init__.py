"""How staff follow, cancel and retry jobs: work on many rows that they or services asked for."""

"""Jobs that follow another one: for its rows that were not done, and to take back those that were."""

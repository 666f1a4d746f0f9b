#!/bin/sh
# Run once, when the database is made: the role that the service works as. `migrate` grants it what it needs.
set -eu
psql --set ON_ERROR_STOP=1 --set password="$SERVICE_PASSWORD" \
    --username "$POSTGRES_USER" --dbname "$POSTGRES_DB" <<'SQL'
CREATE ROLE customer_gql LOGIN PASSWORD :'password';
SQL

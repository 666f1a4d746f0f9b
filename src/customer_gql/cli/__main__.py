"""`python -m customer_gql.cli`, where the program is not on the path."""

from . import main

main()

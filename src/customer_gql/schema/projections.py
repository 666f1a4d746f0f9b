"""The derived rows of every slice. A projection that reads another's table is declared by a later slice."""

from typing import Final

from customer_gql.database.projections import Projection

from .slices import declared

PROJECTIONS: Final[tuple[Projection, ...]] = tuple(declared("slice", "PROJECTIONS"))

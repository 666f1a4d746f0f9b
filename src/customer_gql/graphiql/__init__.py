"""GraphiQL on a page of our own. Everything it loads comes from this package, so it works without a network."""

from .parts import is_built
from .response import page_response
from .routes import graphiql_routes
from .samples import find_sample

__all__ = ["find_sample", "graphiql_routes", "is_built", "page_response"]

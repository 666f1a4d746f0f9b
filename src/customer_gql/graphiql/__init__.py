"""GraphiQL on our own page: everything it loads comes from this package, so it works without a network."""

from .parts import is_built, mount
from .response import page

__all__ = ["is_built", "mount", "page"]

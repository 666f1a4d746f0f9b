"""GraphiQL on a page of our own. Everything it loads comes from this package, so it works without a network."""

from .parts import is_built, mount_parts
from .response import page_response

__all__ = ["is_built", "mount_parts", "page_response"]

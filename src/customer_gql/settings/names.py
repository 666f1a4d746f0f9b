"""Names that look like settings and are not."""

import re
from typing import Final

from pydantic_settings import BaseSettings, DotEnvSettingsSource, EnvSettingsSource

# What Kubernetes sets for a service that is called like ours.
_SERVICE_LINK: Final = re.compile(r"(\w+_)?(SERVICE_(HOST|PORT)\w*|PORT_\d+_(TCP|UDP|SCTP)\w*)")


def find_unknown_names(model: type[BaseSettings], *, prefix: str) -> list[str]:
    """Misspelled names are ignored like those of other programs; here they are found."""
    sources = (EnvSettingsSource(model), DotEnvSettingsSource(model))
    given = {name.upper() for source in sources for name in source.env_vars}
    ours = {name.removeprefix(prefix) for name in given if name.startswith(prefix)}
    known = {name.upper() for name in model.model_fields}
    # A misspelled name within an audience is refused already.
    groups = tuple(f"{name}__" for name in known)
    return sorted(
        prefix + name for name in ours - known if not name.startswith(groups) and not _SERVICE_LINK.fullmatch(name)
    )

from typing import Final

from .reads import find_settings_of_group

GROUP_USES: Final = (find_settings_of_group,)

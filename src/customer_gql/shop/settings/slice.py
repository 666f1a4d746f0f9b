from typing import Final

from customer_gql.loading.kept_answers import forget_kept

from .reads import find_settings_of_group
from .time_zones import TIME_ZONE
from .writes import delete_values_of_scope

SETTINGS: Final = (TIME_ZONE,)
GROUP_USES: Final = (find_settings_of_group,)
ON_SETTING_CHANGED: Final = (forget_kept,)
ON_SCOPE_DELETED: Final = (delete_values_of_scope,)

from typing import Final

from customer_gql.loading.kept_answers import forget_kept

from .reads import find_settings_of_group

GROUP_USES: Final = (find_settings_of_group,)
ON_SETTING_CHANGED: Final = (forget_kept,)

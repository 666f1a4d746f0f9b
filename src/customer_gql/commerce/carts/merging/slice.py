from typing import Final

from .writes import merge_at_sign_in

ON_SIGN_IN: Final = (merge_at_sign_in,)

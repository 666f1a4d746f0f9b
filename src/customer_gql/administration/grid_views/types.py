"""What lists need of saved views. Types that are made of the grids themselves are in `shown_views.py`."""

from typing import Final

from .content import run_view

FIND_VIEW: Final = (run_view,)

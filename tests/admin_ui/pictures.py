"""Pictures of the screens for the guide: in light, in dark, and as wide as a phone."""

import io
from pathlib import Path
from typing import Any, Final

from PIL import Image
from playwright.async_api import Page, expect

GUIDE: Final = Path(__file__).parents[2] / "docs" / "guide"
PICTURES: Final = GUIDE / "pictures"
MOST_BYTES: Final = 2_500_000
"""Of all pictures together; they are in the repository, and each new set of them stays in its history."""
# As `browser.new_context` takes them, by the ending of a picture's name.
LOOKS: Final[dict[str, dict[str, Any]]] = {
    "light": {"viewport": {"width": 1200, "height": 750}, "color_scheme": "light"},
    "dark": {"viewport": {"width": 1200, "height": 750}, "color_scheme": "dark"},
    "phone": {"viewport": {"width": 390, "height": 780}, "color_scheme": "light"},
}
_QUALITY: Final = 45
"""Of 100: letters stay sharp, and a screen takes 10 to 40 kB."""
_SETTLED: Final = """
    Promise.allSettled(document.getAnimations()
        .filter((one) => one.effect.getComputedTiming().iterations !== Infinity).map((one) => one.finished))
"""


async def wait_until_shown(page: Page) -> None:
    """Until nothing on the page stands for something that is still to come."""
    await expect(page.get_by_role("heading", level=1)).to_be_visible()
    await expect(page.locator(".MuiSkeleton-root, [role=progressbar]:not([aria-valuenow])")).to_have_count(0)
    await page.evaluate(_SETTLED)


async def take_picture(page: Page, file: Path) -> None:
    with Image.open(io.BytesIO(await page.screenshot(caret="hide"))) as taken:
        taken.convert("RGB").save(file, "WEBP", quality=_QUALITY, method=6)


async def reaches_over_the_edge(page: Page) -> bool:
    """Whether the whole page scrolls sideways, which only a table in it should."""
    return await page.evaluate("document.documentElement.scrollWidth > innerWidth")

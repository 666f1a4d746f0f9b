import strawberry

from ..addresses.types import AddressSection
from ..carts.types import CartSection
from ..customers.types import ProfileSection
from ..newsletter.types import NewsletterSection
from ..orders.types import OrderSection
from ..reviews.types import ReviewSection
from ..reward_points.types import RewardPointsSection
from ..store_credit.types import StoreCreditSection
from ..wishlists.types import WishlistSection


@strawberry.type(description="A customer of the shop, with everything that hangs on them.")
class Customer(
    ProfileSection,
    AddressSection,
    OrderSection,
    CartSection,
    WishlistSection,
    ReviewSection,
    StoreCreditSection,
    RewardPointsSection,
    NewsletterSection,
):
    """Every base adds one section; a new section is one more base here."""

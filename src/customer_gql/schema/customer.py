import strawberry

from customer_gql.accounts.types import AccountSection
from customer_gql.addresses.types import AddressSection
from customer_gql.carts.types import CartSection
from customer_gql.customers.types import ProfileSection
from customer_gql.history.types import HistorySection
from customer_gql.newsletter.types import NewsletterSection
from customer_gql.orders.types import OrderSection
from customer_gql.reviews.types import ReviewSection
from customer_gql.reward_points.types import RewardPointsSection
from customer_gql.store_credit.types import StoreCreditSection
from customer_gql.wishlists.types import WishlistSection


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
    HistorySection,
    AccountSection,
):
    """Every base adds one section; a new section is one more base here."""

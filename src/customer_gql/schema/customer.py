import strawberry

from customer_gql.commerce.carts.types import CartSection
from customer_gql.commerce.orders.types import OrderSection
from customer_gql.commerce.reviews.types import ReviewSection
from customer_gql.commerce.reward_points.types import RewardPointsSection
from customer_gql.commerce.store_credit.types import StoreCreditSection
from customer_gql.commerce.wishlists.types import WishlistSection
from customer_gql.customers.accounts.types import AccountSection
from customer_gql.customers.addresses.types import AddressSection
from customer_gql.customers.history.types import HistorySection
from customer_gql.customers.newsletter.types import NewsletterSection
from customer_gql.customers.profile.types import ProfileSection


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

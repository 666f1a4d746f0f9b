// What outlives the customer has no foreign key to it; a peer has to be told how they belong together.
const customer = "(customer_id) references customer (id)";
const owned = { tags: { foreignKey: [customer] } };

// The account of the customer's own website, which is what the graph shows.
const account = {
  tags: {
    foreignKey: [
      "(id, website_id) references store_credit (customer_id, website_id)",
      "(id, website_id) references reward_points (customer_id, website_id)",
    ],
  },
};

export const tags = {
  version: 1,
  config: { class: { sales_order: owned, review: owned, cart: owned, customer: account } },
};

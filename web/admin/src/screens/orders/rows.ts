import {
  OrdersCountDocument,
  OrdersFacetsDocument,
  OrdersListDocument,
  type OrdersListQuery,
  OrdersRowsDocument,
  type OrdersRowsQuery,
} from '../../generated/graphql';
import type { GridFacts } from '../../grid/labels';
import { defineList } from '../../grid/source';

type Node = NonNullable<OrdersRowsQuery['rows']>['nodes'][number];

export const ORDERS = defineList({
  name: 'orders',
  grid: 'ORDERS',
  content: 'orders',
  list: OrdersListDocument,
  rows: OrdersRowsDocument,
  count: OrdersCountDocument,
  facets: OrdersFacetsDocument,
  rowOf: ({ id, customer, gridRow }: Node) => ({ ...gridRow, id, customer }),
});

export function factsOf(list: OrdersListQuery): GridFacts {
  const named = (given: { id: string; name: string }[]) => given.map(({ id, name }) => ({ value: id, label: name }));
  const websites = list.websites ?? [];
  return {
    enums: { state: 'OrderState' },
    options: {
      status: (list.orderStatuses ?? []).map(({ code, label }) => ({ value: code, label })),
      website: named(websites),
      storeView: named(websites.flatMap((website) => website.stores.flatMap((store) => store.storeViews))),
      customerGroup: named(list.customerGroups?.nodes ?? []),
    },
  };
}

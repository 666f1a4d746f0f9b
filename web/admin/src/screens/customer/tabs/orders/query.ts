import { infiniteQueryOptions } from '@tanstack/react-query';
import { CustomerOrdersDocument } from '../../../../generated/graphql';
import { request } from '../../../../graph/request';

export function ordersQuery(id: string) {
  return infiniteQueryOptions({
    queryKey: ['customer', id, 'orders'],
    queryFn: ({ signal, pageParam }) =>
      request(CustomerOrdersDocument, { id, after: pageParam }, { signal, isPartial: true }),
    initialPageParam: null as string | null,
    getNextPageParam: ({ customer }) => {
      const page = customer?.orders?.pageInfo;
      return page?.hasNextPage ? page.endCursor : undefined;
    },
  });
}

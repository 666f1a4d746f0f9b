import { queryOptions } from '@tanstack/react-query';
import { CustomerOrdersDocument } from '../../../../generated/graphql';
import { request } from '../../../../graph/request';

export function ordersQuery(id: string) {
  return queryOptions({
    queryKey: ['customer', id, 'orders'],
    queryFn: ({ signal }) => request(CustomerOrdersDocument, { id }, { signal, isPartial: true }),
  });
}

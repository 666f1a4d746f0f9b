import { infiniteQueryOptions } from '@tanstack/react-query';
import { CustomerAddressesDocument, type CustomerAddressesQuery } from '../../../../generated/graphql';
import { request } from '../../../../graph/request';

export type Address = NonNullable<NonNullable<CustomerAddressesQuery['customer']>['addressBook']>['nodes'][number];

export function addressesQuery(id: string, search = '') {
  return infiniteQueryOptions({
    queryKey: ['customer', id, 'addresses', search],
    queryFn: ({ signal, pageParam }) =>
      request(CustomerAddressesDocument, { id, after: pageParam, search: search || null }, { signal, isPartial: true }),
    initialPageParam: null as string | null,
    getNextPageParam: ({ customer }) => {
      const page = customer?.addressBook?.pageInfo;
      return page?.hasNextPage ? page.endCursor : undefined;
    },
  });
}

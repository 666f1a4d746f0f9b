import { queryOptions } from '@tanstack/react-query';
import { CustomerAddressesDocument } from '../../../../generated/graphql';
import { request } from '../../../../graph/request';

export function addressesQuery(id: string) {
  return queryOptions({
    queryKey: ['customer', id, 'addresses'],
    queryFn: ({ signal }) => request(CustomerAddressesDocument, { id }, { signal, isPartial: true }),
  });
}

import { queryOptions } from '@tanstack/react-query';
import { CustomerWishlistsDocument } from '../../../../generated/graphql';
import { request } from '../../../../graph/request';

export function wishlistsQuery(id: string) {
  return queryOptions({
    queryKey: ['customer', id, 'wishlists'],
    queryFn: ({ signal }) => request(CustomerWishlistsDocument, { id }, { signal, isPartial: true }),
  });
}

import { queryOptions } from '@tanstack/react-query';
import { CustomerReviewsDocument } from '../../../../generated/graphql';
import { request } from '../../../../graph/request';

export function reviewsQuery(id: string) {
  return queryOptions({
    queryKey: ['customer', id, 'reviews'],
    queryFn: ({ signal }) => request(CustomerReviewsDocument, { id }, { signal, isPartial: true }),
  });
}

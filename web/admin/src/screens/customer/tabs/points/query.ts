import { queryOptions } from '@tanstack/react-query';
import { CustomerPointsDocument } from '../../../../generated/graphql';
import { request } from '../../../../graph/request';

export function pointsQuery(id: string) {
  return queryOptions({
    queryKey: ['customer', id, 'points'],
    queryFn: ({ signal }) => request(CustomerPointsDocument, { id }, { signal, isPartial: true }),
  });
}

import { queryOptions } from '@tanstack/react-query';
import { CustomerOverviewDocument } from '../../../../generated/graphql';
import { request } from '../../../../graph/request';

export function overviewQuery(id: string) {
  return queryOptions({
    queryKey: ['customer', id, 'overview'],
    queryFn: ({ signal }) => request(CustomerOverviewDocument, { id }, { signal, isPartial: true }),
  });
}

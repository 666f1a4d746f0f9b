import { queryOptions } from '@tanstack/react-query';
import { CustomerSessionsDocument } from '../../../../generated/graphql';
import { request } from '../../../../graph/request';

export function sessionsQuery(id: string) {
  return queryOptions({
    queryKey: ['customer', id, 'sessions'],
    queryFn: ({ signal }) => request(CustomerSessionsDocument, { id }, { signal, isPartial: true }),
  });
}

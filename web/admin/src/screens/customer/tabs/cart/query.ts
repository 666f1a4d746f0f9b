import { queryOptions } from '@tanstack/react-query';
import { CustomerCartDocument } from '../../../../generated/graphql';
import { request } from '../../../../graph/request';

export function cartQuery(id: string) {
  return queryOptions({
    queryKey: ['customer', id, 'cart'],
    queryFn: ({ signal }) => request(CustomerCartDocument, { id }, { signal, isPartial: true }),
  });
}

import { queryOptions } from '@tanstack/react-query';
import { CustomerAccountDocument } from '../../../../generated/graphql';
import { request } from '../../../../graph/request';

export function accountQuery(id: string) {
  return queryOptions({
    queryKey: ['customer', id, 'account'],
    queryFn: ({ signal }) => request(CustomerAccountDocument, { id }, { signal, isPartial: true }),
  });
}

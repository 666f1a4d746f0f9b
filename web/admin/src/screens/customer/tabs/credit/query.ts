import { queryOptions } from '@tanstack/react-query';
import { CustomerCreditDocument } from '../../../../generated/graphql';
import { request } from '../../../../graph/request';

export function creditQuery(id: string) {
  return queryOptions({
    queryKey: ['customer', id, 'credit'],
    queryFn: ({ signal }) => request(CustomerCreditDocument, { id }, { signal, isPartial: true }),
  });
}

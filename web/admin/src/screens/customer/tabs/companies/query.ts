import { queryOptions } from '@tanstack/react-query';
import { CustomerCompaniesDocument } from '../../../../generated/graphql';
import { request } from '../../../../graph/request';

export function companiesQuery(id: string) {
  return queryOptions({
    queryKey: ['customer', id, 'companies'],
    queryFn: ({ signal }) => request(CustomerCompaniesDocument, { id }, { signal, isPartial: true }),
  });
}

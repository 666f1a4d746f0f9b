import { queryOptions } from '@tanstack/react-query';
import { CompanyProfileDocument } from '../../../../generated/graphql';
import { request } from '../../../../graph/request';

export function profileQuery(id: string) {
  return queryOptions({
    queryKey: ['company', id, 'profile'],
    queryFn: ({ signal }) => request(CompanyProfileDocument, { id }, { signal, isPartial: true }),
  });
}

import { queryOptions } from '@tanstack/react-query';
import { CompanyRolesDocument } from '../../../../generated/graphql';
import { request } from '../../../../graph/request';

export function rolesQuery(id: string) {
  return queryOptions({
    queryKey: ['company', id, 'roles'],
    queryFn: ({ signal }) => request(CompanyRolesDocument, { id }, { signal, isPartial: true }),
  });
}

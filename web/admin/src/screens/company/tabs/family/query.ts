import { queryOptions } from '@tanstack/react-query';
import { CompanyFamilyDocument, type CompanyFamilyQuery } from '../../../../generated/graphql';
import { request } from '../../../../graph/request';

export type Relative = NonNullable<CompanyFamilyQuery['company']>['children']['nodes'][number];

export function familyQuery(id: string) {
  return queryOptions({
    queryKey: ['company', id, 'family'],
    queryFn: ({ signal }) => request(CompanyFamilyDocument, { id }, { signal, isPartial: true }),
  });
}

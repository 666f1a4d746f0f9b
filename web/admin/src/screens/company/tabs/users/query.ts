import { infiniteQueryOptions } from '@tanstack/react-query';
import { CompanyUsersDocument, type CompanyUsersQuery } from '../../../../generated/graphql';
import { request } from '../../../../graph/request';

export type Employer = NonNullable<CompanyUsersQuery['company']>;
export type Member = Employer['members']['nodes'][number];

export function usersQuery(id: string) {
  return infiniteQueryOptions({
    queryKey: ['company', id, 'users'],
    queryFn: ({ signal, pageParam }) =>
      request(CompanyUsersDocument, { id, after: pageParam }, { signal, isPartial: true }),
    initialPageParam: null as string | null,
    getNextPageParam: ({ company }) =>
      company?.members.pageInfo.hasNextPage ? company.members.pageInfo.endCursor : undefined,
  });
}

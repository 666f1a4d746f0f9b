import { infiniteQueryOptions, keepPreviousData, queryOptions } from '@tanstack/react-query';
import {
  GroupChoicesDocument,
  GroupListDocument,
  type GroupListQuery,
  GroupRemoveDocument,
} from '../../generated/graphql';
import { request } from '../../graph/request';

export type Group = NonNullable<GroupListQuery['customerGroups']>['nodes'][number];

export function groupsQuery(search: string) {
  return infiniteQueryOptions({
    queryKey: ['groups', search],
    queryFn: ({ signal, pageParam }) =>
      request(GroupListDocument, { search: search || null, after: pageParam }, { signal }),
    initialPageParam: null as string | null,
    placeholderData: keepPreviousData,
    getNextPageParam: ({ customerGroups }) =>
      customerGroups?.pageInfo.hasNextPage ? customerGroups.pageInfo.endCursor : undefined,
  });
}

export const choicesQuery = queryOptions({
  queryKey: ['group-choices'],
  queryFn: ({ signal }) => request(GroupChoicesDocument, {}, { signal, isPartial: true }),
});

/** What a deletion would do, or what forbids it, told before it is confirmed. */
export function removalQuery(id: string) {
  return queryOptions({
    queryKey: ['group-removal', id],
    queryFn: ({ signal }) => request(GroupRemoveDocument, { input: { id }, dryRun: true }, { signal }),
    staleTime: 0,
    gcTime: 0,
  });
}

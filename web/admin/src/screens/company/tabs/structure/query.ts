import { queryOptions } from '@tanstack/react-query';
import { CompanyLevelDocument, type CompanyLevelQuery } from '../../../../generated/graphql';
import { request } from '../../../../graph/request';

export type TreeNode = NonNullable<CompanyLevelQuery['company']>['structure']['nodes'][number];

/** The nodes below one of them; below none of them the admin, who is the root. */
export function levelQuery(id: string, parentId: string | null) {
  return queryOptions({
    queryKey: ['company', id, 'structure', parentId],
    queryFn: ({ signal }) => request(CompanyLevelDocument, { id, parentId }, { signal, isPartial: true }),
  });
}

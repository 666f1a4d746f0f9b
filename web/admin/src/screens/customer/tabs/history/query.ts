import { infiniteQueryOptions } from '@tanstack/react-query';
import { CustomerHistoryDocument, type HistoryActor } from '../../../../generated/graphql';
import { queryClient } from '../../../../graph/queries';
import { request } from '../../../../graph/request';
import { headerQuery } from '../../query';

export interface HistoryChoice {
  kind: string;
  actor: HistoryActor | '';
}

export const EVERYTHING: HistoryChoice = { kind: '', actor: '' };

/** The history of one customer, which is found by the number that the header has read. */
export function historyQuery(id: string, { kind, actor }: HistoryChoice = EVERYTHING) {
  return infiniteQueryOptions({
    queryKey: ['customer', id, 'history', kind, actor],
    queryFn: async ({ signal, pageParam }) => {
      const { customer } = await queryClient.ensureQueryData(headerQuery(id));
      const filter = {
        customerNumber: { eq: customer?.number ?? 0 },
        ...(kind ? { kind: { eq: kind } } : {}),
        ...(actor ? { actor: { eq: actor } } : {}),
      };
      return request(CustomerHistoryDocument, { filter, after: pageParam }, { signal, isPartial: true });
    },
    initialPageParam: null as string | null,
    getNextPageParam: ({ history }) => (history?.pageInfo.hasNextPage ? history.pageInfo.endCursor : undefined),
  });
}

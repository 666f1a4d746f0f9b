import { queryClient } from '../../../../graph/queries';
import type { Tab } from '../../tab';
import { historyQuery } from './query';

export const tab: Tab = {
  name: 'history',
  order: 150,
  permission: 'HISTORY_READ',
  preload: (id) => void queryClient.prefetchInfiniteQuery(historyQuery(id)),
  load: () => import('./Panel'),
};

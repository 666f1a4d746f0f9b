import { queryClient } from '../../../../graph/queries';
import type { Tab } from '../../tab';
import { usersQuery } from './query';

export const tab: Tab = {
  name: 'users',
  order: 20,
  preload: (id) => void queryClient.prefetchInfiniteQuery(usersQuery(id)),
  load: () => import('./Panel'),
};

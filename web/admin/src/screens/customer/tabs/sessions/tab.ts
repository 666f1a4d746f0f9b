import { queryClient } from '../../../../graph/queries';
import type { Tab } from '../../tab';
import { sessionsQuery } from './query';

export const tab: Tab = {
  name: 'sessions',
  order: 120,
  preload: (id) => void queryClient.prefetchQuery(sessionsQuery(id)),
  load: () => import('./Panel'),
};

import { queryClient } from '../../../../graph/queries';
import type { Tab } from '../../tab';
import { pointsQuery } from './query';

export const tab: Tab = {
  name: 'points',
  order: 90,
  preload: (id) => void queryClient.prefetchQuery(pointsQuery(id)),
  load: () => import('./Panel'),
};

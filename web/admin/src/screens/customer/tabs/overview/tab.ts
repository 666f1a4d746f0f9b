import { queryClient } from '../../../../graph/queries';
import type { Tab } from '../../tab';
import { overviewQuery } from './query';

export const tab: Tab = {
  name: 'overview',
  order: 10,
  preload: (id) => void queryClient.prefetchQuery(overviewQuery(id)),
  load: () => import('./Panel'),
};

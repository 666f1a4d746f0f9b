import { queryClient } from '../../../../graph/queries';
import type { Tab } from '../../tab';
import { creditQuery } from './query';

export const tab: Tab = {
  name: 'credit',
  order: 80,
  preload: (id) => void queryClient.prefetchQuery(creditQuery(id)),
  load: () => import('./Panel'),
};

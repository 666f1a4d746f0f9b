import { queryClient } from '../../../../graph/queries';
import type { Tab } from '../../tab';
import { ordersQuery } from './query';

export const tab: Tab = {
  name: 'orders',
  order: 40,
  preload: (id) => void queryClient.prefetchQuery(ordersQuery(id)),
  load: () => import('./Panel'),
};

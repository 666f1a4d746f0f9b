import { queryClient } from '../../../../graph/queries';
import type { Tab } from '../../tab';
import { ordersQuery } from './query';

export const tab: Tab = {
  name: 'orders',
  order: 40,
  permission: 'ORDERS_READ',
  preload: (id) => void queryClient.prefetchInfiniteQuery(ordersQuery(id)),
  load: () => import('./Panel'),
};

import { queryClient } from '../../../../graph/queries';
import type { Tab } from '../../tab';
import { cartQuery } from './query';

export const tab: Tab = {
  name: 'cart',
  order: 50,
  preload: (id) => void queryClient.prefetchQuery(cartQuery(id)),
  load: () => import('./Panel'),
};

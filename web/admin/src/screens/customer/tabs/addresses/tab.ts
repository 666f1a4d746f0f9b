import { queryClient } from '../../../../graph/queries';
import type { Tab } from '../../tab';
import { addressesQuery } from './query';

export const tab: Tab = {
  name: 'addresses',
  order: 30,
  preload: (id) => void queryClient.prefetchInfiniteQuery(addressesQuery(id)),
  load: () => import('./Panel'),
};

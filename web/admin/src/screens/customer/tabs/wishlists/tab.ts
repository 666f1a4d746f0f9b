import { queryClient } from '../../../../graph/queries';
import type { Tab } from '../../tab';
import { wishlistsQuery } from './query';

export const tab: Tab = {
  name: 'wishlists',
  order: 60,
  preload: (id) => void queryClient.prefetchQuery(wishlistsQuery(id)),
  load: () => import('./Panel'),
};

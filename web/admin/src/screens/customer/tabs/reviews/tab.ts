import { queryClient } from '../../../../graph/queries';
import type { Tab } from '../../tab';
import { reviewsQuery } from './query';

export const tab: Tab = {
  name: 'reviews',
  order: 70,
  preload: (id) => void queryClient.prefetchQuery(reviewsQuery(id)),
  load: () => import('./Panel'),
};

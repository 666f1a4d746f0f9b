import { queryClient } from '../../../../graph/queries';
import type { Tab } from '../../tab';
import { newsletterQuery } from './query';

export const tab: Tab = {
  name: 'newsletter',
  order: 100,
  preload: (id) => void queryClient.prefetchQuery(newsletterQuery(id)),
  load: () => import('./Panel'),
};

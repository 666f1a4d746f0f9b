import { queryClient } from '../../../../graph/queries';
import type { Tab } from '../../tab';
import { profileQuery } from './query';

export const tab: Tab = {
  name: 'profile',
  order: 10,
  preload: (id) => void queryClient.prefetchQuery(profileQuery(id)),
  load: () => import('./Panel'),
};

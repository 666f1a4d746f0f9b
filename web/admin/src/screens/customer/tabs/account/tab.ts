import { queryClient } from '../../../../graph/queries';
import type { Tab } from '../../tab';
import { accountQuery } from './query';

export const tab: Tab = {
  name: 'account',
  order: 20,
  preload: (id) => void queryClient.prefetchQuery(accountQuery(id)),
  load: () => import('./Panel'),
};

import { queryClient } from '../../../../graph/queries';
import type { Tab } from '../../tab';
import { rolesQuery } from './query';

export const tab: Tab = {
  name: 'roles',
  order: 40,
  preload: (id) => void queryClient.prefetchQuery(rolesQuery(id)),
  load: () => import('./Panel'),
};

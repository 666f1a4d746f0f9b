import { queryClient } from '../../../../graph/queries';
import type { Tab } from '../../tab';
import { familyQuery } from './query';

export const tab: Tab = {
  name: 'family',
  order: 50,
  preload: (id) => void queryClient.prefetchQuery(familyQuery(id)),
  load: () => import('./Panel'),
};

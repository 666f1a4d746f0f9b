import { queryClient } from '../../../../graph/queries';
import type { Tab } from '../../tab';
import { levelQuery } from './query';

export const tab: Tab = {
  name: 'structure',
  order: 30,
  preload: (id) => void queryClient.prefetchQuery(levelQuery(id, null)),
  load: () => import('./Panel'),
};

import { queryClient } from '../../../../graph/queries';
import type { Tab } from '../../tab';
import { notesQuery } from './query';

export const tab: Tab = {
  name: 'notes',
  order: 140,
  preload: (id) => void queryClient.prefetchQuery(notesQuery(id)),
  load: () => import('./Panel'),
};

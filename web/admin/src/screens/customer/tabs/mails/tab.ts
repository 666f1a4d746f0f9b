import { queryClient } from '../../../../graph/queries';
import type { Tab } from '../../tab';
import { mailsQuery } from './query';

export const tab: Tab = {
  name: 'mails',
  order: 130,
  preload: (id) => void queryClient.prefetchQuery(mailsQuery(id)),
  load: () => import('./Panel'),
};

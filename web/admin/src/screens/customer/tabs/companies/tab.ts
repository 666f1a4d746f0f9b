import { queryClient } from '../../../../graph/queries';
import type { Tab } from '../../tab';
import { companiesQuery } from './query';

export const tab: Tab = {
  name: 'companies',
  order: 110,
  permission: 'COMPANIES_READ',
  preload: (id) => void queryClient.prefetchQuery(companiesQuery(id)),
  load: () => import('./Panel'),
};

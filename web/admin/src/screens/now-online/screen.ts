import type { Screen } from '../screen';

export const screen: Screen = {
  name: 'now-online',
  path: '/now-online',
  permission: 'CUSTOMERS_READ',
  navigation: { section: 'customers', order: 2, icon: 'clock' },
  texts: ['grid', 'columns', 'values'],
  load: () => import('./Page'),
};

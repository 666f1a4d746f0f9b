import type { Screen } from '../screen';

export const screen: Screen = {
  name: 'overview',
  path: '/overview',
  permission: 'CUSTOMERS_READ',
  navigation: { section: 'customers', order: 1, icon: 'list' },
  texts: ['columns', 'values'],
  load: () => import('./Page'),
};

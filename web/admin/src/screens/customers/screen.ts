import type { Screen } from '../screen';

export const screen: Screen = {
  name: 'customers',
  path: '/customers',
  permission: 'CUSTOMERS_READ',
  navigation: { section: 'customers', order: 1, icon: 'group' },
  texts: ['grid', 'columns', 'values'],
  load: () => import('./Page'),
};

import type { Screen } from '../screen';

export const screen: Screen = {
  name: 'reviews',
  path: '/reviews',
  permission: 'CUSTOMERS_READ',
  navigation: { section: 'lists', order: 2, icon: 'edit' },
  texts: ['grid', 'columns', 'values'],
  load: () => import('./Page'),
};

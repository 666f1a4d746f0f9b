import type { Screen } from '../screen';

export const screen: Screen = {
  name: 'orders',
  path: '/orders',
  permission: 'ORDERS_READ',
  navigation: { section: 'lists', order: 1, icon: 'list' },
  texts: ['grid', 'columns', 'values'],
  load: () => import('./Page'),
};

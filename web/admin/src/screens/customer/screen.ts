import type { Screen } from '../screen';

export const screen: Screen = {
  name: 'customer',
  path: '/customers/$id',
  permission: 'CUSTOMERS_READ',
  texts: ['columns', 'values', 'grid'],
  load: () => import('./Page'),
};

import type { Screen } from '../screen';

export const screen: Screen = {
  name: 'attributes',
  path: '/attributes',
  permission: 'CUSTOMERS_READ',
  navigation: { section: 'shop', order: 2, icon: 'columns' },
  texts: ['values', 'grid', 'form'],
  load: () => import('./Page'),
};

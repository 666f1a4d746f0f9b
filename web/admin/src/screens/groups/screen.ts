import type { Screen } from '../screen';

export const screen: Screen = {
  name: 'groups',
  path: '/groups',
  permission: 'CUSTOMERS_READ',
  navigation: { section: 'shop', order: 1, icon: 'group' },
  load: () => import('./Page'),
};

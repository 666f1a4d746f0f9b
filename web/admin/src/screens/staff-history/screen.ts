import type { Screen } from '../screen';

export const screen: Screen = {
  name: 'staff-history',
  path: '/staff-history',
  permission: 'STAFF_MANAGE',
  navigation: { section: 'administration', order: 9, icon: 'history' },
  texts: ['grid', 'columns', 'values'],
  load: () => import('./Page'),
};

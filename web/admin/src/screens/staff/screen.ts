import type { Screen } from '../screen';

export const screen: Screen = {
  name: 'staff',
  path: '/staff',
  otherPaths: ['/staff/$id'],
  permission: 'STAFF_MANAGE',
  navigation: { section: 'administration', order: 1, icon: 'person' },
  texts: ['grid', 'columns', 'values', 'form'],
  load: () => import('./Page'),
};

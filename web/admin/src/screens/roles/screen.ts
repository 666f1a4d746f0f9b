import type { Screen } from '../screen';

export const screen: Screen = {
  name: 'roles',
  path: '/roles',
  otherPaths: ['/roles/$id'],
  permission: 'STAFF_MANAGE',
  navigation: { section: 'administration', order: 2, icon: 'group' },
  texts: ['permissions', 'permission-risks', 'form', 'grid'],
  load: () => import('./Page'),
};

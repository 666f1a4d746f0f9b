import type { Screen } from '../screen';

export const screen: Screen = {
  name: 'service-tokens',
  path: '/service-tokens',
  permission: 'STAFF_MANAGE',
  navigation: { section: 'administration', order: 3, icon: 'check' },
  texts: ['permissions', 'permission-risks', 'form'],
  load: () => import('./Page'),
};

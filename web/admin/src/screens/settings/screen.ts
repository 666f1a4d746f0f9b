import type { Screen } from '../screen';

export const screen: Screen = {
  name: 'settings',
  path: '/settings',
  permission: 'CONFIGURATION_MANAGE',
  navigation: { section: 'administration', order: 8, icon: 'settings' },
  texts: ['form', 'grid', 'values', 'setting-labels'],
  load: () => import('./Page'),
};

import type { Screen } from '../screen';

export const screen: Screen = {
  name: 'imports',
  path: '/imports',
  otherPaths: ['/imports/$id'],
  permission: 'CUSTOMERS_IMPORT',
  navigation: { section: 'work', order: 2, icon: 'up' },
  texts: ['job', 'values'],
  load: () => import('./Page'),
};

import type { Screen } from '../screen';

export const screen: Screen = {
  name: 'history',
  path: '/history',
  permission: 'HISTORY_READ',
  navigation: { section: 'lists', order: 4, icon: 'history' },
  texts: ['grid', 'columns', 'values'],
  load: () => import('./Page'),
};

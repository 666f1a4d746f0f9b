import type { Screen } from '../screen';

export const screen: Screen = {
  name: 'deleted-customers',
  path: '/deleted-customers',
  permission: 'CUSTOMERS_READ',
  navigation: { section: 'lists', order: 3, icon: 'person' },
  texts: ['grid', 'columns', 'values'],
  load: () => import('./Page'),
};

import type { Screen } from '../screen';

export const screen: Screen = {
  name: 'companies',
  path: '/companies',
  permission: 'COMPANIES_READ',
  navigation: { section: 'customers', order: 2, icon: 'building' },
  texts: ['grid', 'columns', 'values'],
  load: () => import('./Page'),
};

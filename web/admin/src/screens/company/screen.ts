import type { Screen } from '../screen';

export const screen: Screen = {
  name: 'company',
  path: '/companies/$id',
  permission: 'COMPANIES_READ',
  texts: ['columns', 'values', 'grid', 'form', 'companies'],
  load: () => import('./Page'),
};

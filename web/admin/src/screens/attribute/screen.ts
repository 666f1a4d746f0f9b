import type { Screen } from '../screen';

export const screen: Screen = {
  name: 'attribute',
  path: '/attributes/$id',
  permission: 'CUSTOMERS_READ',
  texts: ['values', 'grid', 'form', 'attributes'],
  load: () => import('./Page'),
};

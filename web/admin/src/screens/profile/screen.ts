import type { Screen } from '../screen';

export const screen: Screen = {
  name: 'profile',
  path: '/profile',
  texts: ['form', 'values'],
  load: () => import('./Page'),
};

import type { Screen } from '../screen';

export const screen: Screen = {
  name: 'forgotten-password',
  path: '/forgotten-password',
  isOpen: true,
  load: () => import('./Page'),
};

import type { Screen } from '../screen';

export const screen: Screen = {
  name: 'start',
  path: '/',
  navigation: { section: 'customers', order: 0, icon: 'home' },
  load: () => import('./Page'),
};

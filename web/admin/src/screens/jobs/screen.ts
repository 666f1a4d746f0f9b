import type { Screen } from '../screen';

export const screen: Screen = {
  name: 'jobs',
  path: '/jobs',
  navigation: { section: 'work', order: 1, icon: 'clock' },
  texts: ['job', 'values'],
  load: () => import('./Page'),
};

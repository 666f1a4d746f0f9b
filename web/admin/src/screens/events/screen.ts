import type { Screen } from '../screen';

export const screen: Screen = {
  name: 'events',
  path: '/events',
  permission: 'EVENTS_READ',
  navigation: { section: 'administration', order: 7, icon: 'clock' },
  texts: ['values', 'form'],
  load: () => import('./Page'),
};

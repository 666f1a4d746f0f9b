import type { Screen } from '../screen';

export const screen: Screen = {
  name: 'webhooks',
  path: '/webhooks',
  otherPaths: ['/webhooks/$id'],
  permission: 'WEBHOOKS_MANAGE',
  navigation: { section: 'administration', order: 6, icon: 'next' },
  texts: ['values', 'form'],
  load: () => import('./Page'),
};

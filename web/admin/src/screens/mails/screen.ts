import type { Screen } from '../screen';

export const screen: Screen = {
  name: 'mails',
  path: '/mails',
  permission: 'MAIL_MANAGE',
  navigation: { section: 'administration', order: 4, icon: 'mail' },
  texts: ['grid', 'columns', 'values', 'form'],
  load: () => import('./Page'),
};

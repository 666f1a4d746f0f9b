import type { Screen } from '../screen';

export const screen: Screen = {
  name: 'mail-templates',
  path: '/mail-templates',
  permission: 'MAIL_MANAGE',
  navigation: { section: 'administration', order: 5, icon: 'edit' },
  texts: ['values', 'form', 'grid'],
  load: () => import('./Page'),
};

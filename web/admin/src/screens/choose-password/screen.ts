import type { Screen } from '../screen';

/** Where links of invitations and of forgotten passwords lead. */
export const screen: Screen = {
  name: 'choose-password',
  path: '/choose-password',
  otherPaths: ['/reset-password'],
  isOpen: true,
  load: () => import('./Page'),
};

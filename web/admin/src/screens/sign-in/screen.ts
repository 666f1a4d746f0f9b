import type { Screen } from '../screen';

export const screen: Screen = { name: 'sign-in', path: '/sign-in', isOpen: true, load: () => import('./Page') };

import type { Screen } from '../screen';

/** Where the identity provider sends a browser back to: `OIDC_LANDING_URL`. */
export const screen: Screen = { name: 'signed-in', path: '/signed-in', isOpen: true, load: () => import('./Page') };

import {
  createRootRoute,
  createRoute,
  createRouter,
  lazyRouteComponent,
  Outlet,
  redirect,
} from '@tanstack/react-router';
import { lazy } from 'react';
import { loadPart } from '../graph/parts';
import { queryClient } from '../graph/queries';
import { viewerQuery } from '../graph/viewer';
import type { Screen } from '../screens/screen';
import { loadTexts } from './language';
import { parseSearch, stringifySearch } from './search';
import { ScreenFrame } from './shell/ScreenFrame';

export const BASE = '/admin';

// Loaded when something fails: a page without a session is to load little.
const PageFailure = lazy(() => import('./shell/PageFailure'));

const root = createRootRoute({
  component: Outlet,
  notFoundComponent: lazyRouteComponent(() => import('./shell/NotFound')),
});

const signedIn = createRoute({
  getParentRoute: () => root,
  id: 'signed-in-only',
  beforeLoad: async ({ location }) => {
    const viewer = await queryClient.ensureQueryData(viewerQuery);
    if (!viewer) throw redirect({ to: '/sign-in' as never, search: { next: location.href } as never });
  },
  component: lazyRouteComponent(() => import('./shell/Shell')),
});

function createScreenRoutes(screen: Screen) {
  return [screen.path, ...(screen.otherPaths ?? [])].map((path) => createScreenRoute(screen, path));
}

function createScreenRoute(screen: Screen, path: string) {
  const Page = lazyRouteComponent(() => loadPart(screen.load));
  return createRoute({
    getParentRoute: () => (screen.isOpen ? root : signedIn) as typeof root,
    path,
    staticData: { screen },
    loader: () => loadTexts(screen.name, ...(screen.isOpen ? [] : ['permissions']), ...(screen.texts ?? [])),
    component: screen.isOpen ? Page : () => <ScreenFrame screen={screen} Page={Page} />,
  });
}

const isOpen = (screen: Screen) => screen.isOpen === true;

/** A page without a session knows the screens that need none, and loads less for it. */
export function createScreenRouter(screens: Screen[]) {
  return createRouter({
    routeTree: root.addChildren([
      ...screens.filter(isOpen).flatMap(createScreenRoutes),
      signedIn.addChildren(screens.filter((screen) => !isOpen(screen)).flatMap(createScreenRoutes)),
    ]),
    basepath: BASE,
    defaultPreload: 'intent',
    defaultPendingMs: 300,
    scrollRestoration: true,
    parseSearch,
    stringifySearch,
    defaultErrorComponent: PageFailure,
  });
}

declare module '@tanstack/react-router' {
  interface Register {
    router: ReturnType<typeof createScreenRouter>;
  }
  interface StaticDataRouteOption {
    screen?: Screen;
  }
}

import { CacheProvider } from '@emotion/react';
import CssBaseline from '@mui/material/CssBaseline';
import { ThemeProvider } from '@mui/material/styles';
import { QueryClientProvider } from '@tanstack/react-query';
import { RouterProvider } from '@tanstack/react-router';
import { StrictMode, Suspense } from 'react';
import { createRoot } from 'react-dom/client';
import { startLanguage } from './app/language';
import { BASE, createScreenRouter } from './app/router';
import { styleCache, theme } from './app/theme';
import { queryClient } from './graph/queries';
import { OPEN_SCREENS } from './screens/open';

await startLanguage();

const isOpenPage = OPEN_SCREENS.flatMap(({ path, otherPaths = [] }) => [path, ...otherPaths]).some(
  (path) => window.location.pathname === BASE + path,
);
const screens = isOpenPage ? OPEN_SCREENS : (await import('./screens/all')).SCREENS;
const router = createScreenRouter(screens);

const place = document.getElementById('root');
if (!place) throw new Error('The page has no place for the application.');
createRoot(place).render(
  <StrictMode>
    <CacheProvider value={styleCache}>
      <ThemeProvider theme={theme} defaultMode="system">
        <CssBaseline enableColorScheme />
        <QueryClientProvider client={queryClient}>
          <Suspense fallback={null}>
            <RouterProvider router={router} />
          </Suspense>
        </QueryClientProvider>
      </ThemeProvider>
    </CacheProvider>
  </StrictMode>,
);

import createCache from '@emotion/cache';
import { createTheme } from '@mui/material/styles';

/** Vite writes the nonce of the page into this element; styles carry it, so that the policy takes them. */
export const nonce = document.querySelector<HTMLMetaElement>('meta[property=csp-nonce]')?.nonce;

export const styleCache = createCache({ key: 'c', prepend: true, ...(nonce ? { nonce } : {}) });

export const theme = createTheme({
  cssVariables: { colorSchemeSelector: 'data-scheme' },
  colorSchemes: {
    light: { palette: { primary: { main: '#2b5fa8' }, background: { default: '#f5f6f8' } } },
    dark: { palette: { primary: { main: '#8db8f2' } } },
  },
  typography: {
    fontFamily: 'system-ui, "Segoe UI", Roboto, "Noto Sans", sans-serif',
    fontSize: 13,
    h1: { fontSize: '1.5rem', fontWeight: 600 },
    h2: { fontSize: '1.15rem', fontWeight: 600 },
  },
  shape: { borderRadius: 6 },
  components: {
    MuiButton: { defaultProps: { disableElevation: true }, styleOverrides: { root: { textTransform: 'none' } } },
    MuiTab: { styleOverrides: { root: { textTransform: 'none', minHeight: 40 } } },
    MuiTextField: { defaultProps: { size: 'small' } },
    MuiTooltip: { defaultProps: { describeChild: true } },
    MuiCssBaseline: {
      styleOverrides: {
        '@media (prefers-reduced-motion: reduce)': {
          '*, *::before, *::after': { animationDuration: '0.01ms !important', transitionDuration: '0.01ms !important' },
        },
      },
    },
  },
});

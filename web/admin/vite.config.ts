import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

// `make ui` serves the sources and sends everything else to the service of `make run`.
const service = process.env.CUSTOMER_GQL_SERVICE ?? 'http://127.0.0.1:8000';

const LIBRARIES =
  'react|react-dom|scheduler|@tanstack|i18next|react-i18next|@emotion|stylis|use-sync-external-store|clsx';
const PARTS =
  'styles|utils|Button|ButtonBase|CircularProgress|OutlinedInput|InputBase|FormControl|FormHelperText|FormLabel|InputLabel|Typography|Paper|Stack|Link|Box|SvgIcon|CssBaseline|GlobalStyles|Divider';
const BASE = new RegExp(
  `/node_modules/((${LIBRARIES})/|@mui/(system|utils|styled-engine|private-theming)/|@mui/material/(${PARTS})/)|/src/(app/(language|search|theme|router)\\.|graph/)`,
);
// What the frame of the application and every list show besides.
const FRAME =
  'Alert|AppBar|Backdrop|Checkbox|Chip|ClickAwayListener|Drawer|Fade|Grow|IconButton|InputAdornment|LinearProgress|List|ListItem|ListItemButton|ListItemIcon|ListItemText|Menu|MenuItem|MenuList|Modal|Popover|Popper|Portal|Select|Skeleton|Slide|Snackbar|Tab|Tabs|TabScrollButton|TextField|Toolbar|Tooltip|internal|transitions|useMediaQuery|Unstable_TrapFocus|Grow|FilledInput|Input|NativeSelect|SnackbarContent';
const PARTS_OF_LISTS = new RegExp(`/node_modules/(@mui/material/(${FRAME})/|@popperjs/|react-transition-group/)`);

export default defineConfig(({ command }) => ({
  base: command === 'build' ? '/admin/assets/' : '/admin/',
  plugins: [react()],
  // Replaced by the service, which gives each answer a nonce of its own.
  html: command === 'build' ? { cspNonce: '__NONCE__' } : {},
  server: {
    port: 5173,
    strictPort: true,
    proxy: {
      '^/admin/(graphql|oidc|files|uploads|mail-preview)': {
        target: service,
        // The session cookie is for pages of the origin that the service sees.
        headers: { origin: service },
        ws: true,
      },
    },
  },
  build: {
    outDir: 'dist',
    assetsDir: '',
    emptyOutDir: true,
    license: { fileName: 'licences.txt' },
    reportCompressedSize: false,
    modulePreload: { polyfill: false },
    target: 'es2022',
    assetsInlineLimit: 0,
    // Budgets are tested in compressed bytes: tests/admin_ui/test_budgets.py.
    chunkSizeWarningLimit: 700,
    rolldownOptions: {
      // What a page does not use of generated files is not loaded with it.
      treeshake: { moduleSideEffects: [{ test: /\/src\/generated\//, sideEffects: false }] },
      output: {
        // What every page needs is one file, which compresses better than many.
        codeSplitting: {
          groups: [
            { name: 'base', test: BASE },
            { name: 'frame', test: PARTS_OF_LISTS },
          ],
        },
      },
    },
  },
}));

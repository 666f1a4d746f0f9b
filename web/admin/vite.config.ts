import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

// `make ui` serves the sources and sends everything else to the service of `make run`.
const service = process.env.CUSTOMER_GQL_SERVICE ?? 'http://127.0.0.1:8000';

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
  },
}));

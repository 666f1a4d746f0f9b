export { nlNL as locale } from '@mui/x-data-grid/locales';

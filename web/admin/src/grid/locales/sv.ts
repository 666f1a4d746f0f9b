export { svSE as locale } from '@mui/x-data-grid/locales';

export { deDE as locale } from '@mui/x-data-grid/locales';

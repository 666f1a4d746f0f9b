import { useQuery } from '@tanstack/react-query';

const ENGLISH = {};

/** The words of the grid itself, which speaks English until others are read. */
const LOCALES: Record<string, () => Promise<typeof import('./locales/de')>> = {
  de: () => import('./locales/de'),
  nl: () => import('./locales/nl'),
  sv: () => import('./locales/sv'),
};

export function useGridLocale(language: string) {
  const load = LOCALES[language];
  const { data } = useQuery({
    queryKey: ['grid-locale', language],
    queryFn: async () => (await load?.())?.locale.components.MuiDataGrid.defaultProps.localeText ?? {},
    enabled: load !== undefined,
    staleTime: Number.POSITIVE_INFINITY,
  });
  return data ?? ENGLISH;
}

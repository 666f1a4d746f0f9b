import Button from '@mui/material/Button';
import type { UseInfiniteQueryResult } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';

/** Reads the next part of a long list below what is shown. */
export function MoreButton({ query }: { query: UseInfiniteQueryResult<unknown> }) {
  const { t } = useTranslation('form');
  if (!query.hasNextPage) return null;
  return (
    <Button sx={{ mt: 1 }} loading={query.isFetchingNextPage} onClick={() => void query.fetchNextPage()}>
      {t('more')}
    </Button>
  );
}

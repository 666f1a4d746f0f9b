import Box from '@mui/material/Box';
import LinearProgress from '@mui/material/LinearProgress';
import Skeleton from '@mui/material/Skeleton';
import type { UseQueryResult } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { RetryLater } from '../graph/errors';
import { Countdown } from './Countdown';
import { Failure } from './Failure';

interface Props<T> {
  query: UseQueryResult<T>;
  /** As high as what will stand here, so that nothing jumps. */
  skeleton?: ReactNode;
  children: (data: T) => ReactNode;
}

/** Skeletons at first, a thin bar afterwards; what was there stays when a later request fails. */
export function QueryFrame<T>({ query, skeleton, children }: Props<T>) {
  const waiting = query.failureReason instanceof RetryLater && query.isFetching ? query.failureReason : null;
  return (
    <Box sx={{ position: 'relative' }}>
      <Busy isShown={query.isFetching && query.data !== undefined} />
      {waiting ? <Countdown reason={waiting} /> : null}
      {query.error ? <Failure error={query.error} onRetry={() => void query.refetch()} /> : null}
      {query.data !== undefined ? children(query.data) : null}
      {query.data === undefined && !query.error ? (skeleton ?? <Skeleton variant="rounded" height={240} />) : null}
    </Box>
  );
}

export function Busy({ isShown }: { isShown: boolean }) {
  const { t } = useTranslation();
  if (!isShown) return null;
  return (
    <LinearProgress
      aria-label={t('loading')}
      sx={{ position: 'absolute', insetInline: 0, top: 0, height: 2, zIndex: 2 }}
    />
  );
}

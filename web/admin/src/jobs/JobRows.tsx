import Button from '@mui/material/Button';
import Link from '@mui/material/Link';
import MenuItem from '@mui/material/MenuItem';
import Stack from '@mui/material/Stack';
import TextField from '@mui/material/TextField';
import Typography from '@mui/material/Typography';
import { useInfiniteQuery } from '@tanstack/react-query';
import { createLink, type LinkComponent } from '@tanstack/react-router';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Failure } from '../components/Failure';
import { JobRowsDocument, type JobRowsQuery, type RowOutcome } from '../generated/graphql';
import { request } from '../graph/request';
import type { Job } from './useJob';

type Row = NonNullable<JobRowsQuery['job']>['rows']['nodes'][number];

const OUTCOMES: RowOutcome[] = ['REFUSED', 'NOT_FOUND', 'FAILED', 'CANCELED', 'UNCHANGED', 'DONE'];
const ALL = 'all';
const RouteLink = createLink(Link) as LinkComponent<typeof Link>;

/** What became of each record, those that were not done first. */
export function JobRows({ job }: { job: Job }) {
  const { t } = useTranslation(['job', 'values']);
  const [outcome, setOutcome] = useState<RowOutcome | typeof ALL>(ALL);
  const rows = useInfiniteQuery({
    queryKey: ['job', job.id, 'rows', outcome, job.processedCount],
    initialPageParam: null as string | null,
    queryFn: ({ pageParam, signal }) => {
      const filter = outcome === ALL ? null : { outcome: { eq: outcome } };
      return request(JobRowsDocument, { id: job.id, outcome: filter, after: pageParam }, { signal });
    },
    getNextPageParam: ({ job: found }) =>
      found?.rows.pageInfo.hasNextPage ? found.rows.pageInfo.endCursor : undefined,
    enabled: Boolean(job.finishedAt),
  });
  if (!job.finishedAt) return null;
  const shown = rows.data?.pages.flatMap((page) => page.job?.rows.nodes ?? []) ?? [];
  return (
    <Stack spacing={1} component="section" aria-label={t('job:rows')}>
      <Stack direction="row" sx={{ alignItems: 'center', gap: 1 }}>
        <Typography variant="subtitle2" component="h3" sx={{ flexGrow: 1 }}>
          {t('job:rows')}
        </Typography>
        <TextField
          select
          label={t('job:outcome')}
          value={outcome}
          onChange={(event) => setOutcome(event.target.value as RowOutcome | typeof ALL)}
          sx={{ minWidth: 150 }}
        >
          <MenuItem value={ALL}>{t('job:allOutcomes')}</MenuItem>
          {OUTCOMES.map((one) => (
            <MenuItem key={one} value={one}>
              {t(`values:RowOutcome.${one}`)}
            </MenuItem>
          ))}
        </TextField>
      </Stack>
      {rows.error ? <Failure error={rows.error} onRetry={() => void rows.refetch()} /> : null}
      <Stack component="ul" spacing={0.5} sx={{ listStyle: 'none', p: 0, m: 0 }}>
        {shown.map((row) => (
          <RowLine key={row.line} row={row} />
        ))}
      </Stack>
      {rows.hasNextPage ? (
        <Button loading={rows.isFetchingNextPage} onClick={() => void rows.fetchNextPage()}>
          {t('job:more')}
        </Button>
      ) : null}
    </Stack>
  );
}

function RowLine({ row }: { row: Row }) {
  const { t } = useTranslation('values');
  const name = row.customer?.fullName ?? row.company?.name ?? row.id ?? String(row.line);
  return (
    <li>
      {row.customer ? (
        <RouteLink to={'/customers/$id' as never} params={{ id: row.customer.id } as never}>
          {name}
        </RouteLink>
      ) : (
        name
      )}{' '}
      <Typography component="span" variant="body2" color="textSecondary">
        {row.message ?? t(`RowOutcome.${row.outcome}`)}
      </Typography>
    </li>
  );
}

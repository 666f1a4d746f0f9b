import Button from '@mui/material/Button';
import IconButton from '@mui/material/IconButton';
import Link from '@mui/material/Link';
import MenuItem from '@mui/material/MenuItem';
import Paper from '@mui/material/Paper';
import Stack from '@mui/material/Stack';
import Table from '@mui/material/Table';
import TableBody from '@mui/material/TableBody';
import TableCell from '@mui/material/TableCell';
import TableHead from '@mui/material/TableHead';
import TableRow from '@mui/material/TableRow';
import TextField from '@mui/material/TextField';
import { keepPreviousData, queryOptions, useQuery } from '@tanstack/react-query';
import { createLink, type LinkComponent, useNavigate, useSearch } from '@tanstack/react-router';
import { lazy, Suspense } from 'react';
import { useTranslation } from 'react-i18next';
import { useFormats } from '../../app/formats';
import { Empty } from '../../components/Empty';
import { Icon } from '../../components/icons';
import { PageHeader } from '../../components/PageHeader';
import { QueryFrame } from '../../components/QueryFrame';
import { JobListDocument, type JobListQueryVariables } from '../../generated/graphql';
import { request } from '../../graph/request';
import { usePermission } from '../../graph/viewer';
import { JobProgress } from '../../jobs/JobProgress';
import { useJobTitle } from '../../jobs/titles';
import { isRunning, type Job } from '../../jobs/useJob';

const JobDrawer = lazy(() => import('../../jobs/JobDrawer'));
const RouteButton = createLink(Button) as LinkComponent<typeof Button>;

const SIZE = 20;
const ASKED_AGAIN = 3000;
const KINDS = [
  'MASS_ACTION',
  'UNDO',
  'EXPORT',
  'IMPORT',
  'WEBHOOK_REPLAY',
  'GROUP_DELETE',
  'ATTRIBUTE_DELETE',
  'ATTRIBUTE_INDEX',
];
const STATUSES = ['QUEUED', 'RUNNING', 'CANCELING', 'DONE', 'FAILED', 'CANCELED'];

type Search = Partial<Record<'kind' | 'status' | 'after' | 'before' | 'job', string>>;

function jobsQuery({ kind, status, after, before }: Search) {
  const filter = { ...(kind ? { kind: { eq: kind } } : {}), ...(status ? { status: { eq: status } } : {}) };
  const variables = {
    ...(before ? { last: SIZE, before } : { first: SIZE, after: after ?? null }),
    filter,
  } as JobListQueryVariables;
  return queryOptions({
    queryKey: ['jobs', variables],
    queryFn: ({ signal }) => request(JobListDocument, variables, { signal, isBackground: true }),
    placeholderData: keepPreviousData,
    staleTime: 0,
    refetchInterval: ({ state }) => (state.data?.jobs?.nodes.some(isRunning) ? ASKED_AGAIN : false),
  });
}

/** Everything that goes on beside the pages, in one place. */
export default function JobsPage() {
  const { t } = useTranslation(['jobs', 'job', 'values']);
  const search = useSearch({ strict: false }) as Search;
  const navigate = useNavigate();
  const jobs = useQuery(jobsQuery(search));
  const mayImport = usePermission('CUSTOMERS_IMPORT');

  function change(part: Search) {
    void navigate({ to: '.', search: { ...search, ...part } as never });
  }

  return (
    <Stack spacing={2}>
      <PageHeader title={t('title')}>
        {mayImport ? (
          <RouteButton to={'/imports' as never} startIcon={<Icon name="up" />}>
            {t('imports')}
          </RouteButton>
        ) : null}
      </PageHeader>
      <Stack direction="row" sx={{ flexWrap: 'wrap', gap: 1 }}>
        <Choice
          label={t('kind')}
          name="JobKind"
          values={KINDS}
          value={search.kind}
          onChange={(kind) => change({ kind, after: undefined, before: undefined })}
        />
        <Choice
          label={t('status')}
          name="JobStatus"
          values={STATUSES}
          value={search.status}
          onChange={(status) => change({ status, after: undefined, before: undefined })}
        />
      </Stack>
      <QueryFrame query={jobs}>
        {(data) =>
          data.jobs && data.jobs.nodes.length > 0 ? (
            <>
              <JobTable jobs={data.jobs.nodes} onOpen={(job) => change({ job })} />
              <Stack direction="row" sx={{ justifyContent: 'flex-end' }}>
                <IconButton
                  aria-label={t('previousPage')}
                  disabled={!data.jobs.pageInfo.hasPreviousPage}
                  onClick={() => change({ before: data.jobs?.pageInfo.startCursor ?? undefined, after: undefined })}
                >
                  <Icon name="back" />
                </IconButton>
                <IconButton
                  aria-label={t('nextPage')}
                  disabled={!data.jobs.pageInfo.hasNextPage}
                  onClick={() => change({ after: data.jobs?.pageInfo.endCursor ?? undefined, before: undefined })}
                >
                  <Icon name="next" />
                </IconButton>
              </Stack>
            </>
          ) : (
            <Empty
              icon="clock"
              title={t(search.kind || search.status ? 'noMatch' : 'none')}
              text={t(search.kind || search.status ? 'noMatchText' : 'noneText')}
            />
          )
        }
      </QueryFrame>
      {search.job ? (
        <Suspense fallback={null}>
          <JobDrawer id={search.job} onClose={() => change({ job: undefined })} onStarted={(job) => change({ job })} />
        </Suspense>
      ) : null}
    </Stack>
  );
}

interface ChoiceProps {
  label: string;
  name: string;
  values: string[];
  value: string | undefined;
  onChange: (value: string | undefined) => void;
}

function Choice({ label, name, values, value, onChange }: ChoiceProps) {
  const { t } = useTranslation(['jobs', 'job', 'values']);
  return (
    <TextField
      select
      label={label}
      value={value && values.includes(value) ? value : ''}
      onChange={(event) => onChange(event.target.value || undefined)}
      sx={{ minWidth: 180 }}
      slotProps={{ select: { displayEmpty: true }, inputLabel: { shrink: true } }}
    >
      <MenuItem value="">{t('job:allOutcomes')}</MenuItem>
      {values.map((one) => (
        <MenuItem key={one} value={one}>
          {t(`values:${name}.${one}`)}
        </MenuItem>
      ))}
    </TextField>
  );
}

function JobTable({ jobs, onOpen }: { jobs: Job[]; onOpen: (id: string) => void }) {
  const { t } = useTranslation(['jobs', 'job']);
  const formats = useFormats();
  const titleOf = useJobTitle();
  return (
    <Paper variant="outlined" sx={{ overflowX: 'auto' }} tabIndex={0} role="region" aria-label={t('title')}>
      <Table size="small">
        <TableHead>
          <TableRow>
            {['job:job', 'job:progressName', 'owner', 'askedAt', 'job:files'].map((key) => (
              <TableCell key={key}>{t(key)}</TableCell>
            ))}
          </TableRow>
        </TableHead>
        <TableBody>
          {jobs.map((job) => (
            <TableRow key={job.id} hover>
              <TableCell component="th" scope="row">
                <Link component="button" type="button" onClick={() => onOpen(job.id)} sx={{ textAlign: 'start' }}>
                  {titleOf(job)}
                </Link>
              </TableCell>
              <TableCell sx={{ minWidth: 200 }}>
                <JobProgress job={job} />
              </TableCell>
              <TableCell>{job.staff?.name ?? job.service?.name ?? '–'}</TableCell>
              <TableCell>{formats.dateTime(job.createdAt)}</TableCell>
              <TableCell>{job.files.map((file) => file.name).join(', ')}</TableCell>
            </TableRow>
          ))}
        </TableBody>
      </Table>
    </Paper>
  );
}

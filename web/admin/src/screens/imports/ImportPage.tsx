import Alert from '@mui/material/Alert';
import Button from '@mui/material/Button';
import Paper from '@mui/material/Paper';
import Stack from '@mui/material/Stack';
import Typography from '@mui/material/Typography';
import { queryOptions, useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { lazy, Suspense } from 'react';
import { useTranslation } from 'react-i18next';
import { useFormats } from '../../app/formats';
import { Empty } from '../../components/Empty';
import { Facts } from '../../components/Facts';
import { Failure } from '../../components/Failure';
import { PageHeader } from '../../components/PageHeader';
import { QueryFrame } from '../../components/QueryFrame';
import { ImportDocument, type ImportQuery, ImportStartDocument, ImportTryDocument } from '../../generated/graphql';
import type { FieldError } from '../../graph/errors';
import { request } from '../../graph/request';
import { JobFiles } from '../../jobs/JobFiles';
import { ImportPreview } from './ImportPreview';
import { ImportProblems } from './ImportProblems';
import { MappingForm } from './MappingForm';

const JobDrawer = lazy(() => import('../../jobs/JobDrawer'));

export type Import = NonNullable<ImportQuery['customerImport']>;

const ASKED_AGAIN = 3000;

export function importQuery(id: string) {
  return queryOptions({
    queryKey: ['imports', id],
    queryFn: ({ signal }) => request(ImportDocument, { id }, { signal, isBackground: true, isPartial: true }),
    staleTime: 0,
    refetchInterval: ({ state }) => (isBusy(state.data?.customerImport) ? ASKED_AGAIN : false),
  });
}

function isBusy(one: Import | null | undefined): boolean {
  return one?.status === 'RUNNING' || (one?.job !== null && one?.job !== undefined && !one.job.finishedAt);
}

/** One file: which column is which value, what is wrong with it, and what became of it. */
export function ImportPage({ id }: { id: string }) {
  const { t } = useTranslation('imports');
  const found = useQuery(importQuery(id));
  const { job } = useSearch({ strict: false }) as { job?: string };
  const navigate = useNavigate();
  const follow = (jobId: string | undefined) => void navigate({ to: '.', search: { job: jobId } as never });
  return (
    <>
      <QueryFrame query={found}>
        {({ customerImport }) =>
          customerImport ? (
            <ImportSteps one={customerImport} onStarted={follow} />
          ) : (
            <Empty icon="up" title={t('unknown')} text={t('unknownText')} />
          )
        }
      </QueryFrame>
      {job ? (
        <Suspense fallback={null}>
          <JobDrawer id={job} onClose={() => follow(undefined)} onStarted={follow} />
        </Suspense>
      ) : null}
    </>
  );
}

function ImportSteps({ one, onStarted }: { one: Import; onStarted: (jobId: string) => void }) {
  const { t } = useTranslation(['imports', 'values']);
  const formats = useFormats();
  const wasRead = one.readCount > 0;
  const counts = ['read', 'created', 'updated', 'deleted', 'unchanged', 'refused'] as const;
  return (
    <Stack spacing={2}>
      <PageHeader title={one.fileName}>
        <Typography role="status">{t(`values:ImportStatus.${one.status}`)}</Typography>
      </PageHeader>
      {one.hasSecrets ? <Alert severity="info">{t('hasSecrets')}</Alert> : null}
      {one.targets.length > 0 && (one.status === 'MAPPING' || one.status === 'READY') ? (
        <MappingForm one={one} />
      ) : null}
      {one.status === 'READY' ? <StartButtons one={one} onStarted={onStarted} /> : null}
      {one.status === 'READY' || one.status === 'MAPPING' ? <ImportPreview one={one} /> : null}
      {wasRead ? (
        <Facts
          title={t(one.status === 'READY' ? 'tried' : 'report')}
          facts={counts.map((name) => [t(`count.${name}`), formats.number(one[`${name}Count`])] as const)}
        />
      ) : null}
      {one.report || one.failedRows ? (
        <Paper variant="outlined" sx={{ p: 2 }}>
          <JobFiles job={{ files: [one.report, one.failedRows].filter((file) => file != null) }} />
        </Paper>
      ) : null}
      {wasRead ? <ImportProblems one={one} /> : null}
    </Stack>
  );
}

function StartButtons({ one, onStarted }: { one: Import; onStarted: (jobId: string) => void }) {
  const { t } = useTranslation('imports');
  const client = useQueryClient();
  const start = useMutation({
    mutationFn: async (isTrial: boolean): Promise<FieldError[]> => {
      const input = { id: one.id };
      const { customerImportStart: made } = await request(isTrial ? ImportTryDocument : ImportStartDocument, { input });
      void client.invalidateQueries(importQuery(one.id));
      if (made?.job) onStarted(made.job.id);
      return made?.userErrors ?? [];
    },
  });
  return (
    <Stack spacing={1}>
      <Stack direction="row" spacing={1}>
        <Button variant="outlined" loading={start.isPending} onClick={() => start.mutate(true)}>
          {t('try')}
        </Button>
        <Button variant="contained" loading={start.isPending} onClick={() => start.mutate(false)}>
          {t('start')}
        </Button>
      </Stack>
      {start.error ? <Failure error={start.error} /> : null}
      {(start.data ?? []).map((problem) => (
        <Alert key={problem.key} severity="error" role="alert">
          {problem.message}
        </Alert>
      ))}
    </Stack>
  );
}

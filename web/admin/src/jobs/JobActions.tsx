import Alert from '@mui/material/Alert';
import Button from '@mui/material/Button';
import Stack from '@mui/material/Stack';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useFormats } from '../app/formats';
import { Failure } from '../components/Failure';
import type { Job } from './useJob';
import { useJobActions } from './useJobActions';

/** What the service says can be done with the job now. */
export function JobActions({ job, onStarted }: { job: Job; onStarted: (jobId: string) => void }) {
  const { t } = useTranslation('job');
  const formats = useFormats();
  const [isAsked, setAsked] = useState(false);
  const { cancel, retry, undo, report } = useJobActions(job.id, onStarted);
  const all = [cancel, retry, undo, report];
  const failure = all.find((one) => one.error)?.error;
  const problems = all.flatMap((one) => one.data ?? []);
  return (
    <Stack spacing={1}>
      <Stack direction="row" sx={{ flexWrap: 'wrap', gap: 1 }}>
        {job.canCancel ? (
          <Button variant="outlined" loading={cancel.isPending} onClick={() => cancel.mutate()}>
            {t('cancelJob')}
          </Button>
        ) : null}
        {job.canRetry ? (
          <Button variant="outlined" loading={retry.isPending} onClick={() => retry.mutate()}>
            {t('retryJob')}
          </Button>
        ) : null}
        {job.undo.isPossible ? (
          <Button variant="outlined" onClick={() => setAsked(true)}>
            {t('undo')}
          </Button>
        ) : null}
        {job.finishedAt && job.totalCount > 0 ? (
          <Button variant="outlined" loading={report.isPending} onClick={() => report.mutate()}>
            {t('report')}
          </Button>
        ) : null}
      </Stack>
      {isAsked && job.undo.isPossible ? (
        <Alert
          severity="warning"
          action={
            <Button color="inherit" size="small" loading={undo.isPending} onClick={() => undo.mutate()}>
              {t('undoNow')}
            </Button>
          }
        >
          {t('undoText', { count: job.doneCount, number: formats.number(job.doneCount) })}{' '}
          {job.undo.until ? t('undoUntil', { at: formats.dateTime(job.undo.until) }) : null}
        </Alert>
      ) : null}
      {failure ? <Failure error={failure} /> : null}
      {problems.map((problem) => (
        <Alert key={problem.key} severity="error" role="alert">
          {problem.message}
        </Alert>
      ))}
    </Stack>
  );
}

import Chip from '@mui/material/Chip';
import LinearProgress from '@mui/material/LinearProgress';
import Stack from '@mui/material/Stack';
import Typography from '@mui/material/Typography';
import { useTranslation } from 'react-i18next';
import { useFormats } from '../app/formats';
import { Counts } from './Counts';
import { isRunning, type Job } from './useJob';

const WHOLE = 100;

export function JobStatusChip({ status }: { status: Job['status'] }) {
  const { t } = useTranslation('values');
  const color = status === 'DONE' ? 'success' : status === 'FAILED' ? 'error' : 'default';
  return <Chip size="small" variant="outlined" color={color} label={t(`JobStatus.${status}`)} />;
}

/** How far a job is, told to those who do not see it too. */
export function JobProgress({ job }: { job: Job }) {
  const { t } = useTranslation(['job', 'values']);
  const { number } = useFormats();
  const text = t('job:progress', { done: number(job.processedCount), total: number(job.totalCount) });
  const share = job.totalCount ? (job.processedCount / job.totalCount) * WHOLE : 0;
  return (
    <Stack spacing={0.5}>
      <Stack direction="row" spacing={1} sx={{ alignItems: 'center' }} role="status">
        <JobStatusChip status={job.status} />
        {job.totalCount ? <span>{text}</span> : null}
        {job.cancelReason ? <span>{t(`values:JobCancelReason.${job.cancelReason}`)}</span> : null}
      </Stack>
      {isRunning(job) ? (
        <LinearProgress
          aria-label={t('job:progressName')}
          aria-valuetext={text}
          variant={job.processedCount ? 'determinate' : 'indeterminate'}
          value={share}
        />
      ) : null}
    </Stack>
  );
}

export function JobFigures({ job }: { job: Job }) {
  const { t } = useTranslation('job');
  const formats = useFormats();
  return (
    <>
      {job.totalCount ? <Counts counts={job} /> : null}
      <Typography variant="caption" color="textSecondary">
        {[
          t('asked', { at: formats.dateTime(job.createdAt) }),
          job.finishedAt ? t('ended', { at: formats.dateTime(job.finishedAt) }) : '',
        ]
          .filter(Boolean)
          .join(' · ')}
      </Typography>
      {job.problems.length > 0 ? <Reasons reasons={job.problems} /> : null}
    </>
  );
}

interface Reason {
  key: string;
  count: number;
  message: string;
}

/** Rules that refuse records, and how many of them. */
export function Reasons({ reasons }: { reasons: Reason[] }) {
  const { t } = useTranslation('job');
  const { number } = useFormats();
  return (
    <section aria-label={t('reasons')}>
      <Typography variant="subtitle2" component="h3">
        {t('reasons')}
      </Typography>
      <Stack component="ul" sx={{ m: 0, pl: 2.5 }}>
        {reasons.map((one) => (
          <li key={`${one.key} ${one.message}`}>
            {number(one.count)} × {one.message}
          </li>
        ))}
      </Stack>
    </section>
  );
}

import Box from '@mui/material/Box';
import Drawer from '@mui/material/Drawer';
import IconButton from '@mui/material/IconButton';
import Stack from '@mui/material/Stack';
import Toolbar from '@mui/material/Toolbar';
import Typography from '@mui/material/Typography';
import { useTranslation } from 'react-i18next';
import { Empty } from '../components/Empty';
import { Icon } from '../components/icons';
import { QueryFrame } from '../components/QueryFrame';
import { JobActions } from './JobActions';
import { JobFiles } from './JobFiles';
import { JobFigures, JobProgress } from './JobProgress';
import { JobRows } from './JobRows';
import { useJobTitle } from './titles';
import { type Job, useJob } from './useJob';

interface Props {
  id: string;
  onClose: () => void;
  /** Another job followed from this one. */
  onStarted: (jobId: string) => void;
}

/** One job beside the list: what it does, how far it is, and what became of each record. */
export default function JobDrawer({ id, onClose, onStarted }: Props) {
  const { t } = useTranslation(['job', 'values']);
  const job = useJob(id);
  return (
    <Drawer
      anchor="right"
      variant="persistent"
      open
      slotProps={{ paper: { component: 'aside', 'aria-label': t('job'), sx: { width: { xs: '100%', sm: 460 } } } }}
    >
      <Toolbar variant="dense" />
      <Box sx={{ p: 2 }}>
        <QueryFrame query={job}>
          {(data) =>
            data.job ? (
              <JobFacts job={data.job} onClose={onClose} onStarted={onStarted} />
            ) : (
              <Empty title={t('unknown')} text={t('unknownText')}>
                <CloseButton onClose={onClose} />
              </Empty>
            )
          }
        </QueryFrame>
      </Box>
    </Drawer>
  );
}

function JobFacts({ job, onClose, onStarted }: { job: Job } & Omit<Props, 'id'>) {
  const { t } = useTranslation('job');
  const titleOf = useJobTitle();
  return (
    <Stack spacing={2}>
      <Stack direction="row" spacing={1} sx={{ alignItems: 'start' }}>
        <Typography variant="h2" sx={{ flexGrow: 1, overflowWrap: 'anywhere' }}>
          {titleOf(job)}
        </Typography>
        <CloseButton onClose={onClose} />
      </Stack>
      <Typography color="textSecondary">{t('by', { name: job.staff?.name ?? job.service?.name ?? '–' })}</Typography>
      <JobProgress job={job} />
      <JobFigures job={job} />
      <JobActions key={job.id} job={job} onStarted={onStarted} />
      <JobFiles job={job} />
      {job.totalCount > 0 ? <JobRows job={job} /> : null}
    </Stack>
  );
}

function CloseButton({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation();
  return (
    <IconButton aria-label={t('close')} onClick={onClose} size="small">
      <Icon name="close" />
    </IconButton>
  );
}

import Alert from '@mui/material/Alert';
import Button from '@mui/material/Button';
import List from '@mui/material/List';
import ListItem from '@mui/material/ListItem';
import ListItemText from '@mui/material/ListItemText';
import { useTranslation } from 'react-i18next';
import { useFormats } from '../app/formats';
import { Failure } from '../components/Failure';
import { Icon } from '../components/icons';
import type { Job } from './useJob';
import { useDownload } from './useJobActions';

const KILOBYTE = 1000;

/** Files that a job made, each with its rows, its size and the time until which it is kept. */
export function JobFiles({ job }: { job: Pick<Job, 'files'> }) {
  const { t } = useTranslation('job');
  const formats = useFormats();
  const download = useDownload();
  if (job.files.length === 0) return null;
  return (
    <>
      <List dense disablePadding aria-label={t('files')}>
        {job.files.map((file) => (
          <ListItem key={file.id} disableGutters>
            <ListItemText
              primary={file.name}
              secondary={[
                file.rowCount === null || file.rowCount === undefined
                  ? ''
                  : t('rowCount', { count: file.rowCount, number: formats.number(file.rowCount) }),
                t('size', { number: formats.number(Math.ceil(file.sizeBytes / KILOBYTE)) }),
                file.expiresAt ? t('keptUntil', { at: formats.dateTime(file.expiresAt) }) : '',
              ]
                .filter(Boolean)
                .join(' · ')}
              sx={{ overflowWrap: 'anywhere' }}
            />
            <Button
              startIcon={<Icon name="download" />}
              loading={download.isPending}
              onClick={() => download.mutate(file.id)}
            >
              {t('download')}
            </Button>
          </ListItem>
        ))}
      </List>
      {download.error ? <Failure error={download.error} /> : null}
      {(download.data ?? []).map((problem) => (
        <Alert key={problem.key} severity="error" role="alert">
          {problem.message}
        </Alert>
      ))}
    </>
  );
}

import Alert from '@mui/material/Alert';
import Button from '@mui/material/Button';
import Dialog from '@mui/material/Dialog';
import DialogActions from '@mui/material/DialogActions';
import DialogContent from '@mui/material/DialogContent';
import DialogTitle from '@mui/material/DialogTitle';
import MenuItem from '@mui/material/MenuItem';
import Stack from '@mui/material/Stack';
import TextField from '@mui/material/TextField';
import Typography from '@mui/material/Typography';
import { useMutation } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useFormats } from '../app/formats';
import { Failure } from '../components/Failure';
import { type ExportFormat, JobReportDocument } from '../generated/graphql';
import type { FieldError } from '../graph/errors';
import { request } from '../graph/request';
import type { OpenList } from './ListView';
import type { Source } from './source';

const FORMATS: ExportFormat[] = ['XLSX', 'CSV', 'EXCEL_XML', 'JSON_LINES'];

interface Props {
  source: Source;
  list: OpenList;
  /** Layouts that this list can be written in besides its own columns. */
  layouts: string[];
  onClose: () => void;
  onStarted: (jobId: string) => void;
}

/** The list as it is narrowed now, with the columns that are shown, as a file. */
export default function ExportDialog({ source, list, layouts, onClose, onStarted }: Props) {
  const { t } = useTranslation(['export', 'common']);
  const { number } = useFormats();
  const [format, setFormat] = useState<ExportFormat>('XLSX');
  const [layout, setLayout] = useState(layouts[0]);
  const make = useMutation({
    mutationFn: async (): Promise<FieldError[]> => {
      const input = { list: source.exportInput(list, layout ? { layout } : {}), format };
      const { exportCreate: made } = await request(JobReportDocument, { input });
      if (made?.job) onStarted(made.job.id);
      return made?.userErrors ?? [];
    },
  });
  const { scope, ids } = list.selection.selected;
  const isOfIds = scope === 'ids' && ids.size > 0;
  const count = isOfIds ? ids.size : (list.count?.totalCount ?? 0) - ids.size;
  const words = isOfIds || list.count?.totalCountPrecision === 'EXACT' ? 'rows' : 'rowsAbout';

  function submit(event: FormEvent) {
    event.preventDefault();
    make.mutate();
  }

  return (
    <Dialog open onClose={onClose} aria-labelledby="export-title" fullWidth maxWidth="xs">
      <form onSubmit={submit}>
        <DialogTitle id="export-title">{t('title')}</DialogTitle>
        <DialogContent dividers>
          <Stack spacing={2}>
            <Typography>{t(words, { count, number: number(count) })}</Typography>
            <TextField
              select
              label={t('format')}
              value={format}
              onChange={(event) => setFormat(event.target.value as ExportFormat)}
            >
              {FORMATS.map((one) => (
                <MenuItem key={one} value={one}>
                  {t(`formats.${one}`)}
                </MenuItem>
              ))}
            </TextField>
            {layouts.length > 0 ? (
              <TextField select label={t('layout')} value={layout} onChange={(event) => setLayout(event.target.value)}>
                {layouts.map((one) => (
                  <MenuItem key={one} value={one}>
                    {t(`layouts.${one}`)}
                  </MenuItem>
                ))}
              </TextField>
            ) : null}
            <Typography variant="body2" color="textSecondary">
              {t('hint')}
            </Typography>
            {make.error ? <Failure error={make.error} /> : null}
            {(make.data ?? []).map((problem) => (
              <Alert key={problem.key} severity="error" role="alert">
                {problem.message}
              </Alert>
            ))}
          </Stack>
        </DialogContent>
        <DialogActions>
          <Button onClick={onClose}>{t('common:cancel')}</Button>
          <Button type="submit" variant="contained" loading={make.isPending}>
            {t('make')}
          </Button>
        </DialogActions>
      </form>
    </Dialog>
  );
}

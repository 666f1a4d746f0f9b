import Alert from '@mui/material/Alert';
import Button from '@mui/material/Button';
import DialogActions from '@mui/material/DialogActions';
import DialogContent from '@mui/material/DialogContent';
import Stack from '@mui/material/Stack';
import TextField from '@mui/material/TextField';
import Typography from '@mui/material/Typography';
import { type FormEvent, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useFormats } from '../app/formats';
import { Failure } from '../components/Failure';
import type { FieldError } from '../graph/errors';
import { Counts } from '../jobs/Counts';
import { Reasons } from '../jobs/JobProgress';
import type { Forecast } from './massActions';

/** From so many records on, and for what cannot be undone, their number has to be typed. */
const MANY = 1000;

interface Props {
  noun: string;
  forecast: Forecast;
  isUndoable: boolean;
  name: string;
  isPending: boolean;
  error: Error | null;
  errors: FieldError[];
  onBack: () => void;
  onConfirm: () => void;
}

/** What would become of the records, and whether that is wanted. */
export function ForecastStep({ noun, forecast, isUndoable, name, isPending, error, errors, onBack, onConfirm }: Props) {
  const { t } = useTranslation(['bulk', 'common']);
  const { number } = useFormats();
  const [typed, setTyped] = useState('');
  const isTyped = forecast.doneCount > MANY || !isUndoable;
  const isSure = !isTyped || typed.replace(/\D/g, '') === String(forecast.doneCount);
  const counted = { count: forecast.doneCount, number: number(forecast.doneCount) };

  function submit(event: FormEvent) {
    event.preventDefault();
    if (isSure && forecast.doneCount > 0) onConfirm();
  }

  return (
    <form onSubmit={submit}>
      <DialogContent dividers>
        <Stack spacing={2}>
          <Typography role="status" sx={{ fontWeight: 600 }}>
            {t(`${noun}.forecast`, { name, count: forecast.askedCount, number: number(forecast.askedCount) })}
          </Typography>
          <Counts counts={forecast} />
          {forecast.blockers.length > 0 ? <Reasons reasons={forecast.blockers} /> : null}
          {forecast.doneCount === 0 ? <Alert severity="info">{t('nothingToDo')}</Alert> : null}
          {isUndoable ? null : <Alert severity="warning">{t('notUndoable')}</Alert>}
          {isTyped && forecast.doneCount > 0 ? (
            <TextField
              label={t('typeCount', counted)}
              value={typed}
              autoFocus
              onChange={(event) => setTyped(event.target.value)}
              slotProps={{ htmlInput: { inputMode: 'numeric', autoComplete: 'off' } }}
            />
          ) : null}
          {error ? <Failure error={error} /> : null}
          {errors.map((problem) => (
            <Alert key={problem.key} severity="error" role="alert">
              {problem.message}
            </Alert>
          ))}
        </Stack>
      </DialogContent>
      <DialogActions>
        <Button onClick={onBack}>{t('common:back')}</Button>
        <Button
          type="submit"
          variant="contained"
          color={isUndoable ? 'primary' : 'error'}
          disabled={!isSure || forecast.doneCount === 0}
          loading={isPending}
        >
          {t(`${noun}.confirm`, counted)}
        </Button>
      </DialogActions>
    </form>
  );
}

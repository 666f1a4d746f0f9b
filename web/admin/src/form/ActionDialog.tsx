import Alert from '@mui/material/Alert';
import Button from '@mui/material/Button';
import Dialog from '@mui/material/Dialog';
import DialogActions from '@mui/material/DialogActions';
import DialogContent from '@mui/material/DialogContent';
import DialogTitle from '@mui/material/DialogTitle';
import Stack from '@mui/material/Stack';
import Typography from '@mui/material/Typography';
import { useMutation } from '@tanstack/react-query';
import { type ReactNode, useId, useState } from 'react';
import { useForm } from 'react-hook-form';
import { useTranslation } from 'react-i18next';
import { Countdown } from '../components/Countdown';
import { Failure } from '../components/Failure';
import { type FieldError, RetryLater } from '../graph/errors';
import { FieldInput } from './FieldInput';
import { errorOf, errorsOfNone, type Field, type Values } from './fields';
import LeaveDialog from './LeaveDialog';

export interface Done {
  errors: FieldError[];
  /** Shown until it is closed, as a code that nobody sees again. */
  result?: ReactNode;
}

interface Props {
  title: string;
  text?: string;
  fields?: Field[];
  initial?: Values;
  confirm: string;
  isDangerous?: boolean;
  isRefused?: boolean;
  /** `key` is the same for each attempt of this dialog. */
  run: (values: Values, key: string) => Promise<Done>;
  onDone?: () => unknown;
  onClose: () => void;
  children?: ReactNode;
}

/** Asks for what one action needs, does it, and tells what was refused. */
export default function ActionDialog(props: Props) {
  const { title, text, fields = [], initial = {}, confirm, isDangerous, isRefused, run, onDone, onClose } = props;
  const { t } = useTranslation();
  const id = useId();
  const [key] = useState(() => crypto.randomUUID());
  const [result, setResult] = useState<ReactNode>(null);
  const [isLeaving, setLeaving] = useState(false);
  const form = useForm<Values>({ defaultValues: initial });
  const act = useMutation({
    mutationFn: (values: Values) => run(values, key),
    onSuccess: async (done) => {
      if (done.errors.length > 0) return;
      await onDone?.();
      if (done.result) setResult(done.result);
      else onClose();
    },
  });
  const errors = act.data?.errors ?? [];
  const { isDirty } = form.formState;
  const waiting = act.failureReason instanceof RetryLater && act.isPending ? act.failureReason : null;

  /** Esc and a click beside it: what was typed is not lost by either. */
  function leave() {
    if (act.isPending) return;
    if (isDirty && !result) setLeaving(true);
    else onClose();
  }

  return (
    <Dialog
      open
      fullWidth
      maxWidth="sm"
      onClose={leave}
      aria-labelledby={id}
      slotProps={{
        paper: {
          component: 'form',
          noValidate: true,
          onSubmit: form.handleSubmit((values) => act.mutate(values)),
        } as object,
      }}
    >
      <DialogTitle id={id}>{title}</DialogTitle>
      <DialogContent>
        {result ?? (
          <Stack spacing={2}>
            {text ? <Typography>{text}</Typography> : null}
            {props.children}
            {fields.map((field, place) => (
              <FieldInput
                key={field.name}
                control={form.control}
                field={field}
                error={errorOf(errors, field.name)}
                autoFocus={place === 0}
              />
            ))}
            {errorsOfNone(errors, fields).map((error) => (
              <Alert key={error.key + error.message} severity="error" role="alert">
                {error.message}
              </Alert>
            ))}
            {waiting ? <Countdown reason={waiting} /> : null}
            {act.error ? <Failure error={act.error} /> : null}
          </Stack>
        )}
      </DialogContent>
      <DialogActions>
        <Button onClick={onClose} disabled={act.isPending}>
          {t(result ? 'close' : 'cancel')}
        </Button>
        {result ? null : (
          <Button
            type="submit"
            variant="contained"
            color={isDangerous ? 'error' : 'primary'}
            loading={act.isPending}
            disabled={isRefused}
          >
            {confirm}
          </Button>
        )}
      </DialogActions>
      {isLeaving ? <LeaveDialog onStay={() => setLeaving(false)} onLeave={onClose} /> : null}
    </Dialog>
  );
}

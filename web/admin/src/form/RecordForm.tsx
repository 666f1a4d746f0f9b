import Alert from '@mui/material/Alert';
import Box from '@mui/material/Box';
import Button from '@mui/material/Button';
import Paper from '@mui/material/Paper';
import Stack from '@mui/material/Stack';
import Typography from '@mui/material/Typography';
import { type KeyboardEvent, lazy, type ReactNode, Suspense, useEffect, useRef, useState } from 'react';
import { type Control, useForm, useWatch } from 'react-hook-form';
import { useTranslation } from 'react-i18next';
import { releaseFocus } from '../app/focus';
import { Failure } from '../components/Failure';
import type { FieldError } from '../graph/errors';
import type { FieldConflict } from '../grid/ConflictDialog';
import { FieldInput } from './FieldInput';
import { errorOf, errorsOfNone, type Section, type Values } from './fields';
import { useLeaveGuard } from './useLeaveGuard';

const ConflictDialog = lazy(() => import('../grid/ConflictDialog'));
const LeaveDialog = lazy(() => import('./LeaveDialog'));

export interface Saved {
  errors: FieldError[];
  conflict?: { currentVersion: number; conflicts: FieldConflict[] };
}

interface Props {
  label: string;
  sections: Section[];
  initial: Values;
  /** Of what is shown; an edit says from which one it started. */
  version?: number;
  /** Nothing can be saved without the permission. */
  isReadOnly?: boolean;
  /** Writes what changed, all fields of a new record included. */
  save: (changed: Values, version: number | undefined) => Promise<Saved>;
  onSaved?: () => unknown;
  /** Where Back and Save lead to. */
  onBack?: () => void;
  /** What stands below the fields; as a function, of what is typed now. */
  children?: ReactNode | ((values: Values) => ReactNode);
}

/** A record as a form: Save, Save and continue, Reset, Back; conflicts are decided, and unsaved changes guarded. */
export function RecordForm(props: Props) {
  const { label, sections, initial, isReadOnly = false, onBack, children } = props;
  const { t } = useTranslation(['form', 'common', 'grid']);
  const { form, isDirty, guard, state, submit, decide } = useRecord(props);
  const fields = sections.flatMap((section) => section.fields);
  const shown = isReadOnly ? sections.map(disable) : sections;

  function listen(event: KeyboardEvent) {
    if (event.key === 'Enter' && event.ctrlKey && !isReadOnly) {
      event.preventDefault();
      void submit(false);
    }
  }

  return (
    <Stack
      component="form"
      aria-label={label}
      spacing={2}
      noValidate
      onKeyDown={listen}
      onSubmit={(event) => {
        event.preventDefault();
        void submit(onBack !== undefined);
      }}
    >
      {shown.map((section, place) => (
        <Paper key={section.title ?? place} variant="outlined" sx={{ p: 2 }}>
          {section.title ? (
            <Typography variant="h2" sx={{ mb: 2 }}>
              {section.title}
            </Typography>
          ) : null}
          <Box
            sx={{ display: 'grid', gap: 2, gridTemplateColumns: 'repeat(auto-fill, minmax(min(260px, 100%), 1fr))' }}
          >
            {section.fields.map((field) => (
              <Box key={field.name} sx={field.kind === 'parts' ? { gridColumn: '1 / -1', minWidth: 0 } : undefined}>
                <FieldInput control={form.control} field={field} error={errorOf(state.errors, field.name)} />
              </Box>
            ))}
          </Box>
        </Paper>
      ))}
      {typeof children === 'function' ? <Watched control={form.control} show={children} /> : children}
      {errorsOfNone(state.errors, fields).map((error) => (
        <Alert key={error.key + error.message} severity="error" role="alert">
          {error.message}
        </Alert>
      ))}
      {state.failure ? <Failure error={state.failure} /> : null}
      <Stack direction="row" sx={{ flexWrap: 'wrap', gap: 1, alignItems: 'center' }}>
        {isReadOnly ? null : (
          <>
            <Button type="submit" variant="contained" loading={state.isPending}>
              {t('common:save')}
            </Button>
            {onBack ? (
              <Button variant="outlined" disabled={state.isPending} onClick={() => void submit(false)}>
                {t('saveAndContinue')}
              </Button>
            ) : null}
            <Button
              disabled={!isDirty || state.isPending}
              onClick={() => form.reset(initial, { keepDirtyValues: false })}
            >
              {t('common:reset')}
            </Button>
          </>
        )}
        {onBack ? <Button onClick={onBack}>{t('common:back')}</Button> : null}
        <Typography role="status">{state.news}</Typography>
      </Stack>
      <Suspense fallback={null}>
        {guard.blocker.status === 'blocked' ? (
          <LeaveDialog onStay={guard.blocker.reset} onLeave={guard.blocker.proceed} />
        ) : null}
        {state.conflict ? (
          <ConflictDialog
            conflicts={state.conflict.conflicts}
            nameOf={(name) => fields.find((field) => field.name === name)?.label ?? name}
            onCancel={() => decide('cancel')}
            onKeepTheirs={() => decide('theirs')}
            onTakeMine={() => decide('mine')}
          />
        ) : null}
      </Suspense>
    </Stack>
  );
}

function Watched({ control, show }: { control: Control<Values>; show: (values: Values) => ReactNode }) {
  return show(useWatch({ control }) as Values);
}

function disable(section: Section): Section {
  return { ...section, fields: section.fields.map((field) => ({ ...field, isDisabled: true })) };
}

interface State {
  isPending: boolean;
  errors: FieldError[];
  failure: Error | null;
  conflict: Saved['conflict'] | null;
  news: string;
}

const IDLE: State = { isPending: false, errors: [], failure: null, conflict: null, news: '' };

function useRecord({ initial, version, save, onSaved, onBack }: Props) {
  const { t } = useTranslation('form');
  const form = useForm<Values>({ values: initial, resetOptions: { keepDirtyValues: true } });
  const { dirtyFields, isDirty } = form.formState;
  const [state, setState] = useState<State>(IDLE);
  const guard = useLeaveGuard(isDirty && !state.isPending);
  const isLeaving = useRef(false);
  // What is typed was typed over the version that stood there at its beginning, also when another one has been read since.
  const started = useRef(version);
  useEffect(() => {
    if (!isDirty) started.current = version;
  }, [isDirty, version]);

  async function submit(leaves: boolean, from = started.current) {
    isLeaving.current = leaves;
    const all = form.getValues();
    const names = Object.keys(all).filter((name) => version === undefined || dirtyFields[name]);
    const changed = Object.fromEntries(names.map((name) => [name, all[name] ?? '']));
    if (version !== undefined && names.length === 0) return finish(all);
    setState({ ...IDLE, isPending: true });
    try {
      const { errors, conflict } = await save(changed, from);
      if (conflict) releaseFocus();
      if (conflict || errors.length > 0)
        setState({ ...IDLE, errors: conflict ? [] : errors, conflict: conflict ?? null });
      else await finish(all);
    } catch (failure) {
      setState({ ...IDLE, failure: failure as Error });
    }
  }

  async function finish(all: Values) {
    form.reset(all, { keepDirtyValues: false });
    await onSaved?.();
    setState({ ...IDLE, news: t('saved') });
    if (isLeaving.current && onBack) guard.leave(onBack);
  }

  function decide(choice: 'mine' | 'theirs' | 'cancel') {
    const { conflict } = state;
    setState(IDLE);
    if (!conflict || choice === 'cancel') return;
    started.current = conflict.currentVersion;
    if (choice === 'theirs') for (const { field } of conflict.conflicts) form.resetField(field);
    void (choice === 'mine' ? submit(isLeaving.current, conflict.currentVersion) : onSaved?.());
  }

  return { form, isDirty, guard, state, submit, decide };
}

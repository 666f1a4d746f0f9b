import Alert from '@mui/material/Alert';
import Button from '@mui/material/Button';
import Dialog from '@mui/material/Dialog';
import DialogActions from '@mui/material/DialogActions';
import DialogContent from '@mui/material/DialogContent';
import DialogTitle from '@mui/material/DialogTitle';
import MenuItem from '@mui/material/MenuItem';
import Stack from '@mui/material/Stack';
import TextField from '@mui/material/TextField';
import { queryOptions, useQuery } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Failure } from '../components/Failure';
import { QueryFrame } from '../components/QueryFrame';
import { type Grid, MassActionChoicesDocument, type MassActionChoicesQuery } from '../generated/graphql';
import { request } from '../graph/request';
import type { OpenList } from '../grid/ListView';
import { ForecastStep } from './ForecastStep';
import type { MassActions } from './massActions';
import { useMassAction, type Wish } from './useMassAction';

interface Props<P> {
  of: MassActions<P>;
  list: OpenList;
  onClose: () => void;
  onStarted: (jobId: string) => void;
}

type Option = NonNullable<MassActionChoicesQuery['massActions']>[number];

function optionsQuery(grid: Grid) {
  return queryOptions({
    queryKey: ['mass-actions', grid],
    queryFn: ({ signal }) => request(MassActionChoicesDocument, { grid }, { signal }),
    staleTime: 60_000,
  });
}

/** Choose, try, confirm; nothing is done before the last step. */
export default function MassActionDialog<P>({ of, list, onClose, onStarted }: Props<P>) {
  const { t } = useTranslation(['bulk', 'job']);
  const options = useQuery(optionsQuery(of.grid));
  const { attempt, act, forget } = useMassAction(of, list, onStarted);
  const [draft, setDraft] = useState<Wish<P>>({ action: '', parameters: of.nothingGiven });
  const [tried, setTried] = useState<{ option: Option; wanted: Wish<P> } | null>(null);
  const forecast = tried ? attempt.data?.forecast : null;

  function close() {
    void forget();
    onClose();
  }

  return (
    <Dialog open onClose={close} aria-labelledby="mass-action-title" fullWidth maxWidth="sm">
      <DialogTitle id="mass-action-title">{t(`${of.noun}.title`)}</DialogTitle>
      <QueryFrame query={options}>
        {({ massActions }) =>
          tried && forecast ? (
            <ForecastStep
              noun={of.noun}
              forecast={forecast}
              isUndoable={tried.option.isUndoable}
              name={t(`job:action.${tried.option.action}`, { defaultValue: tried.option.action })}
              isPending={act.isPending}
              error={act.error}
              errors={act.data ?? []}
              onBack={() => setTried(null)}
              onConfirm={() => act.mutate(tried.wanted)}
            />
          ) : (
            <ChooseStep
              of={of}
              list={list}
              draft={draft}
              onDraft={setDraft}
              options={(massActions ?? []).filter((one) => !one.missingPermission)}
              isPending={attempt.isPending}
              onClose={close}
              onTry={(option, wanted) => {
                setTried({ option, wanted });
                attempt.mutate(wanted);
              }}
            >
              {attempt.error ? <Failure error={attempt.error} /> : null}
              {(attempt.data?.errors ?? []).map((problem) => (
                <Alert key={problem.key} severity="error" role="alert">
                  {problem.message}
                </Alert>
              ))}
            </ChooseStep>
          )
        }
      </QueryFrame>
    </Dialog>
  );
}

interface ChooseProps<P> {
  of: MassActions<P>;
  list: OpenList;
  draft: Wish<P>;
  onDraft: (draft: Wish<P>) => void;
  options: Option[];
  isPending: boolean;
  children: React.ReactNode;
  onTry: (option: Option, wanted: Wish<P>) => void;
  onClose: () => void;
}

function ChooseStep<P>({ of, list, draft, onDraft, options, isPending, children, onTry, onClose }: ChooseProps<P>) {
  const { t } = useTranslation(['bulk', 'job', 'common']);
  const { action, parameters } = draft;
  const option = options.find((one) => one.action === action);

  function submit(event: FormEvent) {
    event.preventDefault();
    if (option) onTry(option, { action: option.action, parameters });
  }

  return (
    <form onSubmit={submit}>
      <DialogContent dividers>
        <Stack spacing={2}>
          <TextField
            select
            required
            label={t('action')}
            value={action}
            onChange={(event) => onDraft({ ...draft, action: event.target.value })}
          >
            {options.map((one) => (
              <MenuItem key={one.action} value={one.action}>
                {t(`job:action.${one.action}`, { defaultValue: one.action })}
              </MenuItem>
            ))}
          </TextField>
          {option ? (
            <of.Fields
              action={option.action}
              list={list}
              given={parameters}
              onChange={(given) => onDraft({ ...draft, parameters: given })}
            />
          ) : null}
          {children}
        </Stack>
      </DialogContent>
      <DialogActions>
        <Button onClick={onClose}>{t('common:cancel')}</Button>
        <Button type="submit" variant="contained" disabled={!option} loading={isPending}>
          {t('try')}
        </Button>
      </DialogActions>
    </form>
  );
}

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
import { Failure } from '../../../components/Failure';
import { QueryFrame } from '../../../components/QueryFrame';
import {
  type CustomerMassActionKind,
  CustomerMassActionsDocument,
  type CustomerMassActionsQuery,
} from '../../../generated/graphql';
import { request } from '../../../graph/request';
import type { OpenList } from '../../../grid/ListView';
import { ForecastStep } from './ForecastStep';
import { ParameterFields } from './ParameterFields';
import { NOTHING_GIVEN, type Parameters } from './parameters';
import { useMassAction, type Wanted } from './useMassAction';

interface Props {
  list: OpenList;
  onClose: () => void;
  onStarted: (jobId: string) => void;
}

interface Draft {
  action: string;
  parameters: Parameters;
}

type Option = NonNullable<CustomerMassActionsQuery['massActions']>[number];

const optionsQuery = queryOptions({
  queryKey: ['mass-actions'],
  queryFn: ({ signal }) => request(CustomerMassActionsDocument, {}, { signal }),
  staleTime: 60_000,
});

/** Choose, try, confirm; nothing is done before the last step. */
export default function MassActionDialog({ list, onClose, onStarted }: Props) {
  const { t } = useTranslation(['bulk', 'job']);
  const options = useQuery(optionsQuery);
  const { attempt, act, forget } = useMassAction(list, onStarted);
  const [draft, setDraft] = useState<Draft>({ action: '', parameters: NOTHING_GIVEN });
  const [tried, setTried] = useState<{ option: Option; wanted: Wanted } | null>(null);
  const forecast = tried ? attempt.data?.forecast : null;

  function close() {
    void forget();
    onClose();
  }

  return (
    <Dialog open onClose={close} aria-labelledby="mass-action-title" fullWidth maxWidth="sm">
      <DialogTitle id="mass-action-title">{t('title')}</DialogTitle>
      <QueryFrame query={options}>
        {({ massActions }) =>
          tried && forecast ? (
            <ForecastStep
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

interface ChooseProps {
  list: OpenList;
  draft: Draft;
  onDraft: (draft: Draft) => void;
  options: Option[];
  isPending: boolean;
  children: React.ReactNode;
  onTry: (option: Option, wanted: Wanted) => void;
  onClose: () => void;
}

function ChooseStep({ list, draft, onDraft, options, isPending, children, onTry, onClose }: ChooseProps) {
  const { t } = useTranslation(['bulk', 'job', 'common']);
  const { action, parameters } = draft;
  const option = options.find((one) => one.action === action);

  function submit(event: FormEvent) {
    event.preventDefault();
    if (option) onTry(option, { action: option.action as CustomerMassActionKind, parameters });
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
            <ParameterFields
              action={option.action as CustomerMassActionKind}
              groups={list.facts.options.assignableGroup ?? []}
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

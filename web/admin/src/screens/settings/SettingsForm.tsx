import Alert from '@mui/material/Alert';
import Button from '@mui/material/Button';
import Paper from '@mui/material/Paper';
import Stack from '@mui/material/Stack';
import Typography from '@mui/material/Typography';
import { useQuery } from '@tanstack/react-query';
import { lazy, Suspense, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Empty } from '../../components/Empty';
import { Failure } from '../../components/Failure';
import { useLeaveGuard } from '../../form/useLeaveGuard';
import { SettingRow } from './SettingRow';
import { isFound, nameOf, placesQuery, type Setting, scopeKind } from './settings';
import { useSettingsForm } from './useSettingsForm';

const AccountSharingDialog = lazy(() => import('./AccountSharingDialog'));
const ConflictDialog = lazy(() => import('../../grid/ConflictDialog'));
const LeaveDialog = lazy(() => import('../../form/LeaveDialog'));

interface Props {
  scope: string;
  section: string;
  search: string;
  settings: Setting[];
}

/** The settings of a section, or those that are searched for; what is changed in several sections is saved at once. */
export function SettingsForm({ scope, section, search, settings }: Props) {
  const { t } = useTranslation(['settings', 'setting-labels', 'values', 'form', 'common']);
  const places = useQuery(placesQuery).data;
  const { edits, state, change, drop, save, decide } = useSettingsForm(scope, settings);
  const [isSharingOpen, setSharingOpen] = useState(false);
  const count = Object.keys(edits).length;
  const guard = useLeaveGuard(count > 0 && !state.isPending, isSameScope);
  const shown = settings.filter((one) => (search ? isFound(one, search, t as never) : one.section === section));
  const byPath = new Map(settings.map((setting) => [setting.path, setting]));
  const label = (path: string) => nameOf(byPath.get(path) as Setting, t as never);
  const elsewhere = Object.keys(state.errors).filter((path) => !shown.some((one) => one.path === path));
  return (
    <Stack
      component="form"
      aria-label={t('title')}
      noValidate
      onKeyDown={(event) => {
        if (event.key === 'Enter' && event.ctrlKey && count > 0) void save();
      }}
      onSubmit={(event) => {
        event.preventDefault();
        if (count > 0) void save();
      }}
      sx={{ minWidth: 0 }}
    >
      {shown.length === 0 ? <Empty icon="search" title={t('noMatch')} text={t('noMatchText')} /> : null}
      {shown.map((setting, place) => (
        <section key={setting.path}>
          {shown[place - 1]?.section === setting.section ? null : (
            <Typography variant="h2" sx={{ my: 1 }}>
              {t(`section.${setting.section}`, { defaultValue: setting.section })}
            </Typography>
          )}
          <SettingRow
            setting={setting}
            places={places}
            at={scopeKind(scope)}
            edit={edits[setting.path]}
            error={state.errors[setting.path]}
            onChange={(value) => change(setting, value)}
            onDrop={() => drop(setting.path)}
            onOpen={
              setting.ownMutation === 'accountSharingSet' && setting.refusal?.key === 'setting.has_own_mutation'
                ? () => setSharingOpen(true)
                : null
            }
          />
        </section>
      ))}
      <Paper variant="outlined" sx={{ p: 1.5, position: 'sticky', bottom: 0, zIndex: 1 }}>
        {elsewhere.map((path) => (
          <Alert key={path} severity="error" role="alert" sx={{ mb: 1 }}>
            {path ? `${label(path)}: ${state.errors[path]}` : state.errors[path]}
          </Alert>
        ))}
        {state.failure ? <Failure error={state.failure} /> : null}
        <Stack direction="row" sx={{ flexWrap: 'wrap', gap: 1, alignItems: 'center' }}>
          <Button type="submit" variant="contained" loading={state.isPending} disabled={count === 0}>
            {t('common:save')}
          </Button>
          <Button disabled={count === 0 || state.isPending} onClick={() => drop(...Object.keys(edits))}>
            {t('common:reset')}
          </Button>
          <Typography role="status">{count > 0 ? t('changed', { count }) : state.news}</Typography>
        </Stack>
      </Paper>
      <Suspense fallback={null}>
        {guard.blocker.status === 'blocked' ? (
          <LeaveDialog onStay={guard.blocker.reset} onLeave={guard.blocker.proceed} />
        ) : null}
        {state.conflicts.length > 0 ? (
          <ConflictDialog
            conflicts={state.conflicts}
            nameOf={label}
            onCancel={() => void decide('cancel')}
            onKeepTheirs={() => void decide('theirs')}
            onTakeMine={() => void decide('mine')}
          />
        ) : null}
        {isSharingOpen ? (
          <AccountSharingDialog
            current={String(byPath.get('customers.account_sharing')?.value)}
            onClose={() => setSharingOpen(false)}
          />
        ) : null}
      </Suspense>
    </Stack>
  );
}

interface Place {
  pathname: string;
  search: unknown;
}

/** Sections and what is searched for change what is shown, and nothing that was typed. */
function isSameScope(current: Place, next: Place): boolean {
  const [here, there] = [current, next].map((place) => (place.search as { scope?: string }).scope ?? '');
  return current.pathname === next.pathname && here === there;
}

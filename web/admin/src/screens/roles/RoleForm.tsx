import Stack from '@mui/material/Stack';
import TextField from '@mui/material/TextField';
import Typography from '@mui/material/Typography';
import { useNavigate } from '@tanstack/react-router';
import { lazy, Suspense, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { ActionButton } from '../../components/ActionButton';
import { PageHeader } from '../../components/PageHeader';
import type { Done } from '../../form/ActionDialog';
import { orNull, type Values } from '../../form/fields';
import { useLeaveGuard } from '../../form/useLeaveGuard';
import {
  RoleAddDocument,
  RoleRemoveDocument,
  RoleSaveDocument,
  type RolesQuery,
  type StaffPermission,
} from '../../generated/graphql';
import { queryClient } from '../../graph/queries';
import { request } from '../../graph/request';
import { viewerQuery } from '../../graph/viewer';
import { PermissionMatrix } from '../../staff/PermissionMatrix';
import { WebsiteChoice } from '../../staff/WebsiteChoice';
import { passwordField, type Role } from './query';

const ActionDialog = lazy(() => import('../../form/ActionDialog'));
const LeaveDialog = lazy(() => import('../../form/LeaveDialog'));

interface Draft {
  name: string;
  permissions: StaffPermission[];
  websiteIds: string[] | null;
}

function draftOf(role: Role | null): Draft {
  const websiteIds = role?.websites?.map((website) => website.id) ?? null;
  return { name: role?.name ?? '', permissions: role?.permissions ?? [], websiteIds };
}

function isSame(one: Draft, other: Draft): boolean {
  const told = ({ name, permissions, websiteIds }: Draft) =>
    JSON.stringify([name, permissions.toSorted(), websiteIds?.toSorted() ?? null]);
  return told(one) === told(other);
}

/** A role as the matrix of its permissions; whoever saves it proves with the password who they are. */
export function RoleForm({ role, data }: { role: Role | null; data: RolesQuery }) {
  const { t } = useTranslation(['roles', 'form', 'common']);
  const navigate = useNavigate();
  const [draft, setDraft] = useState(() => draftOf(role));
  const [open, setOpen] = useState<'save' | 'delete' | null>(null);
  const isDirty = !isSame(draft, draftOf(role));
  const guard = useLeaveGuard(isDirty);
  const isOwn = role !== null && data.staffMe?.user.assignedRole?.id === role.id;
  const back = () => guard.leave(() => void navigate({ to: '/roles' as never }));
  const title = role?.name ?? t('add');

  async function finish() {
    await queryClient.invalidateQueries({ queryKey: ['staff'] });
    await queryClient.invalidateQueries(viewerQuery);
    back();
  }

  return (
    <Stack spacing={2}>
      <PageHeader title={title}>
        {role ? (
          <ActionButton
            color="error"
            label={t('remove')}
            reason={isOwn ? t('ownRole') : null}
            onClick={() => setOpen('delete')}
          />
        ) : null}
      </PageHeader>
      {isOwn ? <Typography>{t('ownRole')}</Typography> : null}
      <TextField
        label={t('name')}
        required
        value={draft.name}
        onChange={(event) => setDraft({ ...draft, name: event.target.value })}
        slotProps={{ htmlInput: { maxLength: 255 } }}
      />
      <WebsiteChoice
        websites={data.websites ?? []}
        chosen={draft.websiteIds}
        onChange={(websiteIds) => setDraft({ ...draft, websiteIds })}
      />
      <PermissionMatrix chosen={draft.permissions} onChange={(permissions) => setDraft({ ...draft, permissions })} />
      <Stack direction="row" sx={{ flexWrap: 'wrap', gap: 1 }}>
        <ActionButton
          variant="contained"
          label={t('common:save')}
          reason={isDirty ? null : t('unchanged')}
          onClick={() => setOpen('save')}
        />
        <ActionButton label={t('common:back')} onClick={() => void navigate({ to: '/roles' as never })} />
      </Stack>
      <Suspense fallback={null}>
        {open ? (
          <ActionDialog
            title={open === 'save' ? title : t('remove')}
            text={open === 'save' ? t('aboutSave', { count: draft.permissions.length }) : t('aboutRemove')}
            confirm={open === 'save' ? t('common:save') : t('remove')}
            isDangerous={open === 'delete'}
            fields={passwordField(data, t('form:ownPassword'))}
            initial={{ password: '' }}
            run={(values) => (open === 'save' ? saveRole(role, draft, values) : removeRole(role, values))}
            onDone={finish}
            onClose={() => setOpen(null)}
          />
        ) : null}
        {guard.blocker.status === 'blocked' ? (
          <LeaveDialog onStay={guard.blocker.reset} onLeave={guard.blocker.proceed} />
        ) : null}
      </Suspense>
    </Stack>
  );
}

async function saveRole(role: Role | null, draft: Draft, values: Values): Promise<Done> {
  const given = { ...draft, password: orNull(values.password) };
  if (!role) return { errors: (await request(RoleAddDocument, { input: given })).staffRoleCreate?.userErrors ?? [] };
  const input = { ...given, id: role.id, expectedVersion: role.version };
  return { errors: (await request(RoleSaveDocument, { input })).staffRoleUpdate?.userErrors ?? [] };
}

async function removeRole(role: Role | null, values: Values): Promise<Done> {
  if (!role) return { errors: [] };
  const input = { id: role.id, password: orNull(values.password) };
  return { errors: (await request(RoleRemoveDocument, { input })).staffRoleDelete?.userErrors ?? [] };
}

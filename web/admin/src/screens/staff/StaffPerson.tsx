import Chip from '@mui/material/Chip';
import Stack from '@mui/material/Stack';
import { useQuery } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { lazy, Suspense, useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { ActionButton } from '../../components/ActionButton';
import { Empty } from '../../components/Empty';
import { PageHeader } from '../../components/PageHeader';
import { QueryFrame } from '../../components/QueryFrame';
import { orNull, text, type Values } from '../../form/fields';
import { RecordForm, type Saved } from '../../form/RecordForm';
import { StaffPersonDocument, type StaffPersonQuery, StaffSaveDocument } from '../../generated/graphql';
import { request } from '../../graph/request';
import { useViewer } from '../../graph/viewer';
import { refreshStaff, runStaffAction, type StaffAction } from './run';

const ActionDialog = lazy(() => import('../../form/ActionDialog'));
const DANGEROUS: StaffAction[] = ['deactivate', 'forceSignIn'];

type Person = Extract<NonNullable<StaffPersonQuery['node']>, { email?: string | null; isActive?: boolean | null }>;

/** One colleague: what they are called, their role, and what can be done about their access. */
export function StaffPerson({ id }: { id: string }) {
  const { t } = useTranslation('staff');
  const query = useQuery({
    queryKey: ['staff', 'person', id],
    queryFn: ({ signal }) => request(StaffPersonDocument, { id }, { signal }),
  });
  return (
    <QueryFrame query={query}>
      {({ node, staffRoles }) =>
        node && 'isActive' in node ? (
          <PersonPage person={node as Person} roles={staffRoles ?? []} />
        ) : (
          <Empty icon="person" title={t('unknown')} text={t('unknownText')} />
        )
      }
    </QueryFrame>
  );
}

function PersonPage({ person, roles }: { person: Person; roles: { id: string; name: string }[] }) {
  const { t } = useTranslation('staff');
  const navigate = useNavigate();
  const [open, setOpen] = useState<StaffAction | null>(null);
  const isOwn = useViewer().staff?.id === person.id;
  const initial = useMemo(
    () => ({ name: person.name, jobTitle: text(person.jobTitle), roleId: text(person.assignedRole?.id) }),
    [person],
  );
  const actions: StaffAction[] = ['invite', person.isActive ? 'deactivate' : 'activate', 'forceSignIn'];
  return (
    <Stack spacing={2}>
      <PageHeader title={person.name}>
        <Chip size="small" label={t(person.isActive ? 'active' : 'inactive')} />
        {actions.map((action) => (
          <ActionButton
            key={action}
            label={t(`action.${action}`)}
            reason={isOwn && action === 'deactivate' ? t('notOneself') : null}
            color={DANGEROUS.includes(action) ? 'error' : 'primary'}
            onClick={() => setOpen(action)}
          />
        ))}
      </PageHeader>
      <RecordForm
        label={person.name}
        version={person.version ?? undefined}
        initial={initial}
        sections={[
          {
            title: person.email ?? undefined,
            fields: [
              { name: 'name', label: t('name'), isRequired: true },
              { name: 'jobTitle', label: t('jobTitle') },
              {
                name: 'roleId',
                label: t('role'),
                kind: 'select',
                options: roles.map((role) => ({ value: role.id, label: role.name })),
                reason: isOwn ? t('notOwnRole') : undefined,
              },
            ],
          },
        ]}
        save={(changed, version) => savePerson(person.id, changed, version)}
        onSaved={refreshStaff}
        onBack={() => void navigate({ to: '/staff' as never })}
      />
      <Suspense fallback={null}>
        {open ? (
          <ActionDialog
            title={t(`action.${open}`)}
            text={t(`about.${open}`, { name: person.name })}
            confirm={t(`action.${open}`)}
            isDangerous={DANGEROUS.includes(open)}
            run={() => runStaffAction(open, person.id)}
            onDone={refreshStaff}
            onClose={() => setOpen(null)}
          />
        ) : null}
      </Suspense>
    </Stack>
  );
}

async function savePerson(id: string, { jobTitle, ...changed }: Values, version: number | undefined): Promise<Saved> {
  const input = {
    id,
    expectedVersion: version,
    ...changed,
    ...(jobTitle === undefined ? {} : { jobTitle: orNull(jobTitle) }),
  };
  const errors = (await request(StaffSaveDocument, { input })).staffUpdate?.userErrors ?? [];
  return { errors, conflict: errors.find((error) => 'conflicts' in error) };
}

import Link from '@mui/material/Link';
import Stack from '@mui/material/Stack';
import { useQuery } from '@tanstack/react-query';
import { createLink, type LinkComponent, useNavigate, useParams } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { ActionButton } from '../../components/ActionButton';
import { DataTable } from '../../components/DataTable';
import { Empty } from '../../components/Empty';
import { PageHeader } from '../../components/PageHeader';
import { QueryFrame } from '../../components/QueryFrame';
import { rolesQuery } from './query';
import { RoleForm } from './RoleForm';

const RouteLink = createLink(Link) as LinkComponent<typeof Link>;
const NEW = 'new';

export default function RolesPage() {
  const { id } = useParams({ strict: false }) as { id?: string };
  const { t } = useTranslation('roles');
  const query = useQuery(rolesQuery);
  if (!id) return <RoleList />;
  return (
    <QueryFrame query={query}>
      {(data) => {
        const role = data.staffRoles?.find((one) => one.id === id);
        if (!role && id !== NEW) return <Empty icon="group" title={t('unknown')} text={t('unknownText')} />;
        return <RoleForm key={id} role={role ?? null} data={data} />;
      }}
    </QueryFrame>
  );
}

/** Roles, at most a hundred: how much each may, and where. */
function RoleList() {
  const { t } = useTranslation(['roles', 'form']);
  const navigate = useNavigate();
  return (
    <Stack spacing={2}>
      <PageHeader title={t('title')}>
        <ActionButton
          variant="contained"
          label={t('add')}
          onClick={() => void navigate({ to: '/roles/$id' as never, params: { id: NEW } as never })}
        />
      </PageHeader>
      <QueryFrame query={useQuery(rolesQuery)}>
        {({ staffRoles }) =>
          staffRoles?.length ? (
            <DataTable
              label={t('title')}
              heads={[t('name'), t('form:permissions'), t('form:websites')]}
              rows={staffRoles}
              keyOf={(role) => role.id}
              cells={(role) => [
                <RouteLink key="name" to={'/roles/$id' as never} params={{ id: role.id } as never}>
                  {role.name}
                </RouteLink>,
                t('permissionCount', { count: role.permissions.length }),
                role.websites?.map((website) => website.name).join(', ') ?? t('form:allWebsites'),
              ]}
            />
          ) : (
            <Empty icon="group" title={t('none')} text={t('noneText')} />
          )
        }
      </QueryFrame>
    </Stack>
  );
}

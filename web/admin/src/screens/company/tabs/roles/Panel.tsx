import Stack from '@mui/material/Stack';
import Typography from '@mui/material/Typography';
import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { DataTable } from '../../../../components/DataTable';
import { QueryFrame } from '../../../../components/QueryFrame';
import { rolesQuery } from './query';

/** Roles that the company made, and what they allow. They are its own to change. */
export default function RolesPanel({ id }: { id: string }) {
  const { t } = useTranslation(['company', 'values']);
  return (
    <QueryFrame query={useQuery(rolesQuery(id))}>
      {({ company }) => (
        <Stack spacing={1}>
          <Typography color="textSecondary">{t('rolesText')}</Typography>
          <DataTable
            label={t('tab.roles')}
            heads={[t('member.role'), t('allows')]}
            rows={company?.roles ?? []}
            keyOf={(role) => role.id}
            cells={(role) => [
              role.isDefault ? t('defaultRole', { name: role.name }) : role.name,
              role.permissions.map((one) => t(`values:CompanyPermission.${one}`)).join('\n') || t('allowsNothing'),
            ]}
          />
        </Stack>
      )}
    </QueryFrame>
  );
}

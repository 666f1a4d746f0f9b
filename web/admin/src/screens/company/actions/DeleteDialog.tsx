import Alert from '@mui/material/Alert';
import Typography from '@mui/material/Typography';
import { useQuery } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { QueryFrame } from '../../../components/QueryFrame';
import ActionDialog from '../../../form/ActionDialog';
import { CompanyRemoveDocument } from '../../../generated/graphql';
import { queryClient } from '../../../graph/queries';
import { request } from '../../../graph/request';
import type { Company } from '../query';

/** Tried first: how many members there are, and what becomes of their accounts. */
export default function DeleteDialog({ company, onClose }: { company: Company; onClose: () => void }) {
  const { t } = useTranslation('company');
  const navigate = useNavigate();
  const input = { id: company.id };
  const trial = useQuery({
    queryKey: ['company-removal', company.id],
    queryFn: ({ signal }) => request(CompanyRemoveDocument, { input, dryRun: true }, { signal }),
    staleTime: 0,
    gcTime: 0,
  });
  const refused = trial.data?.companyDelete?.userErrors ?? [];
  return (
    <ActionDialog
      title={t('decide.delete', { name: company.name })}
      confirm={t('action.delete')}
      isDangerous
      isRefused={!trial.data || refused.length > 0}
      fields={[{ name: 'typed', label: t('typeName', { name: company.name }), isRequired: true }]}
      initial={{ typed: '' }}
      run={async ({ typed }) => {
        if (String(typed).trim() !== company.name.trim()) {
          return { errors: [{ key: 'name', message: t('nameDiffers'), path: ['typed'] }] };
        }
        const done = await request(CompanyRemoveDocument, { input, dryRun: false });
        return { errors: done.companyDelete?.userErrors ?? [] };
      }}
      onDone={async () => {
        void queryClient.invalidateQueries({ queryKey: ['companies'] });
        await navigate({ to: '/companies' as never });
      }}
      onClose={onClose}
    >
      <QueryFrame query={trial}>
        {({ companyDelete }) =>
          refused.length > 0 ? (
            refused.map((error) => (
              <Alert key={error.key} severity="error" role="alert">
                {error.message}
              </Alert>
            ))
          ) : (
            <Typography>
              {t('deleteMembers', { count: companyDelete?.memberCount ?? 0 })}{' '}
              {t('deleteAccounts', { count: companyDelete?.deactivatedCount ?? 0 })} {t('deleteKept')}
            </Typography>
          )
        }
      </QueryFrame>
    </ActionDialog>
  );
}

import Alert from '@mui/material/Alert';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { QueryFrame } from '../../components/QueryFrame';
import ActionDialog from '../../form/ActionDialog';
import { AccountSharingChangeDocument } from '../../generated/graphql';
import { request } from '../../graph/request';

/** Has accounts work on all websites or on their own, after it was told what that changes. */
export default function AccountSharingDialog({ current, onClose }: { current: string; onClose: () => void }) {
  const { t } = useTranslation(['settings', 'setting-labels']);
  const client = useQueryClient();
  const sharing = current === 'GLOBAL' ? ('PER_WEBSITE' as const) : ('GLOBAL' as const);
  const set = async (isTrial: boolean) =>
    (await request(AccountSharingChangeDocument, { input: { sharing }, isTrial })).accountSharingSet;
  const trial = useQuery({ queryKey: ['account-sharing', sharing], queryFn: () => set(true), staleTime: 0 });
  return (
    <ActionDialog
      title={t('setting-labels:customers.account_sharing')}
      confirm={t(`option.${sharing}`)}
      isDangerous
      isRefused={!trial.data || trial.data.userErrors.length > 0}
      run={async () => ({ errors: (await set(false))?.userErrors ?? [] })}
      onDone={() => client.invalidateQueries({ queryKey: ['settings'] })}
      onClose={onClose}
    >
      <QueryFrame query={trial}>
        {(found) =>
          found?.userErrors.length ? (
            found.userErrors.map((error) => (
              <Alert key={error.key} severity="error" role="alert">
                {error.message}
              </Alert>
            ))
          ) : (
            <Alert severity="info" role="status">
              {t('sharing.moved', { count: found?.movedAccountCount ?? 0 })}{' '}
              {t('sharing.ended', { count: found?.endedSessionCount ?? 0 })}
            </Alert>
          )
        }
      </QueryFrame>
    </ActionDialog>
  );
}

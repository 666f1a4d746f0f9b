import Typography from '@mui/material/Typography';
import { useQuery } from '@tanstack/react-query';
import { lazy, Suspense, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useFormats } from '../../app/formats';
import { ActionButton } from '../../components/ActionButton';
import { DataTable } from '../../components/DataTable';
import { QueryFrame } from '../../components/QueryFrame';
import { StaffInvitationsDocument } from '../../generated/graphql';
import { request } from '../../graph/request';
import { refreshStaff, runStaffAction } from './run';

const ActionDialog = lazy(() => import('../../form/ActionDialog'));

/** Invitations whose link still works. */
export function Invitations() {
  const { t } = useTranslation('staff');
  const formats = useFormats();
  const [withdrawn, setWithdrawn] = useState<{ id: string; name: string } | null>(null);
  const query = useQuery({
    queryKey: ['staff', 'invitations'],
    queryFn: ({ signal }) => request(StaffInvitationsDocument, {}, { signal }),
  });
  return (
    <section>
      <Typography variant="h2" sx={{ mb: 1 }}>
        {t('invitations')}
      </Typography>
      <QueryFrame query={query}>
        {({ staffInvitations }) =>
          staffInvitations?.nodes.length ? (
            <DataTable
              label={t('invitations')}
              heads={[t('name'), t('email'), t('invited'), t('expires'), t('actions')]}
              rows={staffInvitations.nodes}
              keyOf={(one) => one.id}
              cells={(one) => [
                one.staffUser.name,
                one.staffUser.email,
                formats.dateTime(one.createdAt),
                formats.dateTime(one.expiresAt),
                <ActionButton
                  key="withdraw"
                  label={t('action.withdraw')}
                  aria-label={t('withdrawOf', { name: one.staffUser.name })}
                  onClick={() => setWithdrawn({ id: one.id, name: one.staffUser.name })}
                />,
              ]}
            />
          ) : (
            <Typography color="textSecondary">{t('noInvitations')}</Typography>
          )
        }
      </QueryFrame>
      <Suspense fallback={null}>
        {withdrawn ? (
          <ActionDialog
            title={t('withdrawOf', { name: withdrawn.name })}
            text={t('about.withdraw')}
            confirm={t('action.withdraw')}
            isDangerous
            run={() => runStaffAction('withdraw', withdrawn.id)}
            onDone={refreshStaff}
            onClose={() => setWithdrawn(null)}
          />
        ) : null}
      </Suspense>
    </section>
  );
}

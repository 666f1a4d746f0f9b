import Typography from '@mui/material/Typography';
import { useQuery } from '@tanstack/react-query';
import { lazy, Suspense, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useFormats } from '../../../../app/formats';
import { ActionButton } from '../../../../components/ActionButton';
import { DataTable } from '../../../../components/DataTable';
import { Empty } from '../../../../components/Empty';
import { QueryFrame } from '../../../../components/QueryFrame';
import { useMay } from '../../capabilities';
import { sessionsQuery } from './query';

const RevokeDialog = lazy(() => import('./RevokeDialog'));

const HEADS = ['device', 'networkAddress', 'started', 'lastUsed', 'expires'] as const;

/** Where the customer is signed in, and which staff were. One session is ended here, all of them by the button above. */
export default function SessionsPanel({ id }: { id: string }) {
  const { t } = useTranslation('customer');
  const formats = useFormats();
  const revoke = useMay(id)('CUSTOMER_SESSION_REVOKE');
  const [ending, setEnding] = useState<{ id: string; device: string } | null>(null);
  return (
    <QueryFrame query={useQuery(sessionsQuery(id))}>
      {({ customer }) => {
        const sessions = customer?.sessions ?? [];
        const visits = customer?.impersonations.nodes ?? [];
        return (
          <>
            {sessions.length === 0 ? (
              <Empty icon="clock" title={t('noSessions')} />
            ) : (
              <DataTable
                label={t('tab.sessions')}
                heads={[...HEADS.map((head) => t(head)), ...(revoke.isShown ? [t('actions')] : [])]}
                rows={sessions}
                keyOf={(one) => one.id}
                cells={(one) => [
                  one.device,
                  one.address,
                  formats.dateTime(one.createdAt),
                  formats.dateTime(one.lastUsedAt),
                  formats.dateTime(one.expiresAt),
                  ...(revoke.isShown
                    ? [
                        <ActionButton
                          key="end"
                          label={t('endSession')}
                          reason={revoke.reason}
                          aria-label={t('endSessionOf', { device: one.device })}
                          onClick={() => setEnding({ id: one.id, device: one.device ?? '' })}
                        />,
                      ]
                    : []),
                ]}
              />
            )}
            <Suspense fallback={null}>
              {ending ? <RevokeDialog customerId={id} session={ending} onClose={() => setEnding(null)} /> : null}
            </Suspense>
            {visits.length > 0 ? (
              <>
                <Typography variant="h2" sx={{ my: 1.5 }}>
                  {t('impersonations')}
                </Typography>
                <DataTable
                  label={t('impersonations')}
                  heads={[t('who'), t('loginReason'), t('started'), t('ended')]}
                  rows={visits}
                  keyOf={(one) => one.id}
                  cells={(one) => [
                    one.staff?.name,
                    one.reason,
                    formats.dateTime(one.startedAt),
                    formats.dateTime(one.endedAt),
                  ]}
                />
              </>
            ) : null}
          </>
        );
      }}
    </QueryFrame>
  );
}

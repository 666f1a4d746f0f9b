import Typography from '@mui/material/Typography';
import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { useFormats } from '../../../../app/formats';
import { DataTable } from '../../../../components/DataTable';
import { Empty } from '../../../../components/Empty';
import { QueryFrame } from '../../../../components/QueryFrame';
import { sessionsQuery } from './query';

/** Where the customer is signed in, and which staff were. All sessions are ended by the button above. */
export default function SessionsPanel({ id }: { id: string }) {
  const { t } = useTranslation('customer');
  const formats = useFormats();
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
                heads={[t('device'), t('networkAddress'), t('started'), t('lastUsed'), t('expires')]}
                rows={sessions}
                keyOf={(one) => one.id}
                cells={(one) => [
                  one.device,
                  one.address,
                  formats.dateTime(one.createdAt),
                  formats.dateTime(one.lastUsedAt),
                  formats.dateTime(one.expiresAt),
                ]}
              />
            )}
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

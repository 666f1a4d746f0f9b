import Stack from '@mui/material/Stack';
import Typography from '@mui/material/Typography';
import { useQuery } from '@tanstack/react-query';
import { lazy, Suspense, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useFormats } from '../../app/formats';
import { ActionButton } from '../../components/ActionButton';
import { DataTable } from '../../components/DataTable';
import { Facts } from '../../components/Facts';
import { PageHeader } from '../../components/PageHeader';
import { QueryFrame } from '../../components/QueryFrame';
import { ProfileDocument, type ProfileQuery } from '../../generated/graphql';
import { request } from '../../graph/request';

const ProfileDialog = lazy(() => import('./ProfileDialog'));

export type OpenDialog = { kind: 'password' | 'totpOn' | 'totpOff' } | { kind: 'session'; id: string; device: string };

/** Who I am here, how I sign in, and where I am signed in. */
export default function ProfilePage() {
  const { t } = useTranslation('profile');
  const [open, setOpen] = useState<OpenDialog | null>(null);
  const query = useQuery({
    queryKey: ['profile'],
    queryFn: ({ signal }) => request(ProfileDocument, {}, { signal, isPartial: true }),
  });
  return (
    <Stack spacing={2}>
      <PageHeader title={t('title')} />
      <QueryFrame query={query}>
        {({ staffMe, staffSessions }) => (
          <Stack spacing={2}>
            {staffMe ? <Person me={staffMe} onOpen={setOpen} /> : null}
            <Sessions sessions={staffSessions ?? []} onOpen={setOpen} />
            <Suspense fallback={null}>
              {open ? (
                <ProfileDialog
                  open={open}
                  isPasswordSet={staffMe?.isPasswordSet ?? false}
                  onClose={() => setOpen(null)}
                />
              ) : null}
            </Suspense>
          </Stack>
        )}
      </QueryFrame>
    </Stack>
  );
}

interface PersonProps {
  me: NonNullable<ProfileQuery['staffMe']>;
  onOpen: (open: OpenDialog) => void;
}

function Person({ me, onOpen }: PersonProps) {
  const { t } = useTranslation('profile');
  const formats = useFormats();
  return (
    <>
      <Facts
        title={me.user.name}
        facts={[
          [t('email'), me.user.email],
          [t('jobTitle'), me.user.jobTitle],
          [t('role'), me.user.role],
          [t('secondFactor'), t(me.isTotpOn ? 'isOn' : 'isOff')],
          ...(me.isTotpOn ? [[t('codesLeft'), formats.number(me.recoveryCodesLeftCount)] as const] : []),
        ]}
      />
      <Stack direction="row" sx={{ flexWrap: 'wrap', gap: 1 }}>
        <ActionButton label={t('password')} onClick={() => onOpen({ kind: 'password' })} />
        {me.isTotpOn ? (
          <ActionButton color="error" label={t('totpOff')} onClick={() => onOpen({ kind: 'totpOff' })} />
        ) : (
          <ActionButton label={t('totpOn')} onClick={() => onOpen({ kind: 'totpOn' })} />
        )}
      </Stack>
    </>
  );
}

interface SessionsProps {
  sessions: NonNullable<ProfileQuery['staffSessions']>;
  onOpen: (open: OpenDialog) => void;
}

function Sessions({ sessions, onOpen }: SessionsProps) {
  const { t } = useTranslation(['profile', 'values']);
  const formats = useFormats();
  return (
    <section>
      <Typography variant="h2" sx={{ mb: 1 }}>
        {t('sessions')}
      </Typography>
      <DataTable
        label={t('sessions')}
        heads={[t('device'), t('address'), t('signedInBy'), t('started'), t('lastUsed'), t('actions')]}
        rows={sessions}
        keyOf={(one) => one.id}
        cells={(one) => [
          one.userAgent,
          one.address,
          t(`values:StaffSignedInBy.${one.signedInBy}`),
          formats.dateTime(one.createdAt),
          formats.dateTime(one.lastUsedAt),
          one.isCurrent ? (
            t('current')
          ) : (
            <ActionButton
              key="end"
              label={t('end')}
              aria-label={t('endOf', { device: one.userAgent ?? one.address })}
              onClick={() => onOpen({ kind: 'session', id: one.id, device: one.userAgent ?? one.address ?? '' })}
            />
          ),
        ]}
      />
    </section>
  );
}

import Stack from '@mui/material/Stack';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { SecretOnce } from '../../components/SecretOnce';
import ActionDialog, { type Done } from '../../form/ActionDialog';
import { instant, localTime } from '../../form/fields';
import {
  ServiceTokenAddDocument,
  ServiceTokenEndDocument,
  ServiceTokenRenewDocument,
  type StaffPermission,
} from '../../generated/graphql';
import { queryClient } from '../../graph/queries';
import { request } from '../../graph/request';
import { PermissionMatrix } from '../../staff/PermissionMatrix';
import { WebsiteChoice } from '../../staff/WebsiteChoice';
import type { OpenDialog, Token } from './Page';

interface Props {
  open: OpenDialog;
  websites: { id: string; name: string }[];
  onClose: () => void;
}

const DAYS = 90;
const DAY = 86_400_000;
const refresh = () => queryClient.invalidateQueries({ queryKey: ['service-tokens'] });

export default function TokenDialog({ open, websites, onClose }: Props) {
  if (open.kind === 'add') return <AddDialog websites={websites} onClose={onClose} />;
  if (open.kind === 'rotate') return <RotateDialog token={open.token} onClose={onClose} />;
  return <RevokeDialog token={open.token} onClose={onClose} />;
}

function AddDialog({ websites, onClose }: Omit<Props, 'open'>) {
  const { t } = useTranslation('service-tokens');
  const [permissions, setPermissions] = useState<StaffPermission[]>([]);
  const [websiteIds, setWebsiteIds] = useState<string[] | null>(null);
  const [initial] = useState(() => ({
    name: '',
    expiresAt: localTime(new Date(Date.now() + DAYS * DAY).toISOString()),
    rate: '',
  }));
  return (
    <ActionDialog
      title={t('add')}
      confirm={t('add')}
      fields={[
        { name: 'name', label: t('name'), hint: t('nameHint'), isRequired: true, maxLength: 255 },
        { name: 'expiresAt', label: t('expires'), kind: 'time', isRequired: true },
        { name: 'rate', label: t('rate'), kind: 'number', hint: t('rateHint') },
      ]}
      initial={initial}
      run={async ({ name, expiresAt, rate }) => {
        const input = {
          name: String(name),
          permissions,
          websiteIds,
          expiresAt: instant(expiresAt) ?? '',
          rate: rate === '' ? null : Number(rate),
        };
        return tell((await request(ServiceTokenAddDocument, { input })).serviceTokenCreate, t('secret'));
      }}
      onDone={refresh}
      onClose={onClose}
    >
      <Stack spacing={2}>
        <WebsiteChoice websites={websites} chosen={websiteIds} onChange={setWebsiteIds} />
        <PermissionMatrix chosen={permissions} never={['STAFF_MANAGE']} onChange={setPermissions} />
      </Stack>
    </ActionDialog>
  );
}

function RotateDialog({ token, onClose }: { token: Token; onClose: () => void }) {
  const { t } = useTranslation('service-tokens');
  return (
    <ActionDialog
      title={t('rotateOf', { name: token.name })}
      text={t('rotateText')}
      confirm={t('rotate')}
      fields={[{ name: 'overlapMinutes', label: t('overlap'), kind: 'number', hint: t('overlapHint') }]}
      initial={{ overlapMinutes: '60' }}
      run={async ({ overlapMinutes }) => {
        const input = { id: token.id, overlapMinutes: Number(overlapMinutes) };
        return tell((await request(ServiceTokenRenewDocument, { input })).serviceTokenRotate, t('secret'));
      }}
      onDone={refresh}
      onClose={onClose}
    />
  );
}

function RevokeDialog({ token, onClose }: { token: Token; onClose: () => void }) {
  const { t } = useTranslation('service-tokens');
  return (
    <ActionDialog
      title={t('revokeOf', { name: token.name })}
      text={t('revokeText')}
      confirm={t('revoke')}
      isDangerous
      run={async () => ({
        errors:
          (await request(ServiceTokenEndDocument, { input: { id: token.id } })).serviceTokenRevoke?.userErrors ?? [],
      })}
      onDone={refresh}
      onClose={onClose}
    />
  );
}

interface Told {
  token?: string | null;
  userErrors: Done['errors'];
}

function tell(done: Told | null | undefined, label: string): Done {
  const errors = done?.userErrors ?? [];
  return { errors, result: done?.token ? <SecretOnce label={label} secret={done.token} /> : undefined };
}

import { useTranslation } from 'react-i18next';
import ActionDialog from '../../form/ActionDialog';
import { type Field, orNull } from '../../form/fields';
import { ProfilePasswordDocument, ProfileSessionEndDocument, ProfileTotpOffDocument } from '../../generated/graphql';
import { queryClient } from '../../graph/queries';
import { request } from '../../graph/request';
import type { OpenDialog } from './Page';
import { TotpDialog } from './TotpDialog';

interface Props {
  open: OpenDialog;
  isPasswordSet: boolean;
  onClose: () => void;
}

export const refreshProfile = () => queryClient.invalidateQueries({ queryKey: ['profile'] });

export default function ProfileDialog({ open, isPasswordSet, onClose }: Props) {
  const { t } = useTranslation(['profile', 'form']);
  const shared = { title: t(open.kind), confirm: t(open.kind), onDone: refreshProfile, onClose };
  const own: Field[] = isPasswordSet
    ? [
        {
          name: 'password',
          label: t('form:ownPassword'),
          kind: 'password',
          isRequired: true,
          autoComplete: 'current-password',
        },
      ]
    : [];
  switch (open.kind) {
    case 'password':
      return (
        <ActionDialog
          {...shared}
          text={t('passwordText')}
          fields={[...own, { name: 'newPassword', label: t('newPassword'), kind: 'password', isRequired: true }]}
          initial={{ password: '', newPassword: '' }}
          run={async ({ password, newPassword }) => {
            const input = { password: orNull(password), newPassword: String(newPassword) };
            return {
              errors: (await request(ProfilePasswordDocument, { input })).staffPasswordChange?.userErrors ?? [],
            };
          }}
        />
      );
    case 'totpOff':
      return (
        <ActionDialog
          {...shared}
          isDangerous
          text={t('totpOffText')}
          fields={[...own, { name: 'code', label: t('code'), isRequired: true }]}
          initial={{ password: '', code: '' }}
          run={async ({ password, code }) => {
            const input = { password: orNull(password), code: String(code) };
            return { errors: (await request(ProfileTotpOffDocument, { input })).staffTotpDisable?.userErrors ?? [] };
          }}
        />
      );
    case 'session':
      return (
        <ActionDialog
          {...shared}
          isDangerous
          title={t('endOf', { device: open.device })}
          confirm={t('end')}
          run={async () => {
            const done = await request(ProfileSessionEndDocument, { input: { id: open.id } });
            return { errors: done.staffSessionRevoke?.userErrors ?? [] };
          }}
        />
      );
    case 'totpOn':
      return <TotpDialog own={own} onDone={refreshProfile} onClose={onClose} />;
  }
}

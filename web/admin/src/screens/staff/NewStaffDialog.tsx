import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import ActionDialog from '../../form/ActionDialog';
import { orNull } from '../../form/fields';
import { StaffAddDocument } from '../../generated/graphql';
import { request } from '../../graph/request';
import { STAFF } from './rows';
import { refreshStaff, runStaffAction } from './run';

interface Props {
  onClose: () => void;
  onCreated: (id: string) => void;
}

/** A new colleague, who is invited by mail to choose a password. */
export default function NewStaffDialog({ onClose, onCreated }: Props) {
  const { t } = useTranslation('staff');
  const roles = useQuery(STAFF.listQuery).data?.staffRoles ?? [];
  return (
    <ActionDialog
      title={t('add')}
      confirm={t('add')}
      fields={[
        { name: 'email', label: t('email'), kind: 'email', isRequired: true },
        { name: 'name', label: t('name'), isRequired: true },
        { name: 'jobTitle', label: t('jobTitle') },
        {
          name: 'roleId',
          label: t('role'),
          kind: 'select',
          isRequired: true,
          options: roles.map(({ id, name }) => ({ value: id, label: name })),
        },
        { name: 'isInvited', label: t('inviteNow'), kind: 'boolean' },
      ]}
      initial={{ email: '', name: '', jobTitle: '', roleId: '', isInvited: true }}
      run={async ({ email, name, jobTitle, roleId, isInvited }) => {
        const input = { email: String(email), name: String(name), roleId: String(roleId), jobTitle: orNull(jobTitle) };
        const done = (await request(StaffAddDocument, { input })).staffCreate;
        const id = done?.staffUser?.id;
        if (!id) return { errors: done?.userErrors ?? [] };
        // The person exists now; an invitation that is refused is told, and can be sent from their page.
        if (isInvited === true) await runStaffAction('invite', id).catch(() => undefined);
        await refreshStaff();
        onCreated(id);
        return { errors: [] };
      }}
      onClose={onClose}
    />
  );
}

import { useTranslation } from 'react-i18next';
import ActionDialog from '../../../../form/ActionDialog';
import { CompanyMemberRemoveDocument, CompanyReplaceAdminDocument } from '../../../../generated/graphql';
import { request } from '../../../../graph/request';
import { refreshCompany } from '../../query';
import { nameOf } from './Panel';
import type { Member } from './query';

interface Props {
  companyId: string;
  kind: 'remove' | 'promote';
  member: Member;
  onClose: () => void;
}

/** What becomes of a member, before it does. */
export default function ConfirmDialog({ companyId, kind, member, onClose }: Props) {
  const { t } = useTranslation('company');
  const input = { companyId, customerId: member.customer?.id ?? '' };
  return (
    <ActionDialog
      title={t(`${kind}Member` as 'removeMember', { name: nameOf(member) })}
      text={t(`${kind}Text` as 'removeText')}
      confirm={t(kind)}
      isDangerous={kind === 'remove'}
      run={async () => {
        if (kind === 'remove') {
          const done = await request(CompanyMemberRemoveDocument, { input });
          return { errors: done.companyMemberRemove?.userErrors ?? [] };
        }
        const done = await request(CompanyReplaceAdminDocument, { input });
        return { errors: done.companyAdminReplace?.userErrors ?? [] };
      }}
      onDone={() => refreshCompany(companyId)}
      onClose={onClose}
    />
  );
}

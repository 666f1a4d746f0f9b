import { useTranslation } from 'react-i18next';
import ActionDialog from '../../../../form/ActionDialog';
import { type Field, orNull, text, type Values } from '../../../../form/fields';
import {
  CompanyCandidatesDocument,
  CompanyMemberAddDocument,
  CompanyMemberSaveDocument,
  type CustomerFilter,
} from '../../../../generated/graphql';
import type { FieldError } from '../../../../graph/errors';
import { request } from '../../../../graph/request';
import { refreshCompany } from '../../query';
import { nameOf } from './Panel';
import type { Employer, Member } from './query';

interface Props {
  employer: Employer;
  /** Null to add one. */
  member: Member | null;
  onClose: () => void;
}

/** A customer who joins, found by number or e-mail, or another role and title for a member. */
export default function MemberDialog({ employer, member, onClose }: Props) {
  const { t } = useTranslation(['company', 'common']);
  const roles = employer.roles.map(({ id, name }) => ({ value: id, label: name }));
  const role: Field = {
    name: 'roleId',
    label: t('member.role'),
    kind: 'select',
    options: roles,
    ...(member?.isAdmin ? { reason: t('adminRole') } : {}),
  };
  const fields: Field[] = [
    ...(member ? [] : [{ name: 'customerId', label: t('candidate'), hint: t('candidateHint'), isRequired: true }]),
    role,
    { name: 'jobTitle', label: t('member.jobTitle'), maxLength: 255 },
    member
      ? {
          name: 'isActive',
          label: t('member.isActive'),
          kind: 'boolean',
          hint: t('activeHint'),
          ...(member.isAdmin ? { reason: t('adminStays') } : {}),
        }
      : { name: 'isPrimary', label: t('isPrimary'), kind: 'boolean', hint: t('primaryHint') },
  ];

  async function add(values: Values): Promise<FieldError[]> {
    const customerId = await findCandidate(employer.website.id, String(values.customerId));
    if (!customerId) return [{ key: 'candidate', message: t('noCandidate'), path: ['customerId'] }];
    const input = {
      companyId: employer.id,
      customerId,
      roleId: orNull(values.roleId),
      jobTitle: orNull(values.jobTitle),
      isPrimary: values.isPrimary === true,
    };
    return (await request(CompanyMemberAddDocument, { input })).companyMemberAdd?.userErrors ?? [];
  }

  async function save(values: Values, customerId: string): Promise<FieldError[]> {
    const input = {
      companyId: employer.id,
      customerId,
      jobTitle: orNull(values.jobTitle),
      ...(member?.isAdmin ? {} : { roleId: String(values.roleId), isActive: values.isActive === true }),
    };
    return (await request(CompanyMemberSaveDocument, { input })).companyMemberUpdate?.userErrors ?? [];
  }

  return (
    <ActionDialog
      title={member ? t('editMember', { name: nameOf(member) }) : t('addMember')}
      confirm={t('common:save')}
      fields={fields}
      initial={{
        customerId: '',
        roleId: member?.role.id ?? roles[0]?.value ?? '',
        jobTitle: text(member?.jobTitle),
        ...(member ? { isActive: member.isActive } : { isPrimary: false }),
      }}
      run={async (values) => ({
        errors: member?.customer ? await save(values, member.customer.id) : await add(values),
      })}
      onDone={() => refreshCompany(employer.id)}
      onClose={onClose}
    />
  );
}

/** The one customer of the website with this number or e-mail; null for none, and where several fit. */
async function findCandidate(websiteId: string, typed: string): Promise<string | null> {
  const search = typed.trim();
  if (!search) return null;
  const exact = /^\d+$/.test(search) ? { number: { eq: Number(search) } } : { email: { eq: search } };
  const filter = { website: { eq: websiteId }, ...exact } as unknown as CustomerFilter;
  const { customers } = await request(CompanyCandidatesDocument, { search, filter });
  const found = customers?.nodes ?? [];
  return found.length === 1 ? (found[0]?.id ?? null) : null;
}

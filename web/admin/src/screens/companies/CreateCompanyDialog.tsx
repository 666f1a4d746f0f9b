import { useNavigate } from '@tanstack/react-router';
import { useRef } from 'react';
import { useTranslation } from 'react-i18next';
import ActionDialog from '../../form/ActionDialog';
import { type Field, orNull, type Values } from '../../form/fields';
import { CompanyCreateDocument, type CompanyCreateInput } from '../../generated/graphql';
import type { FieldError } from '../../graph/errors';
import { queryClient } from '../../graph/queries';
import { request } from '../../graph/request';
import type { Option } from '../../grid/labels';
import { ADDRESS_FIELDS, addressOf, atAddress } from './address';

interface Props {
  websites: Option[];
  groups: Option[];
  onClose: () => void;
}

const ADMIN = ['adminEmail', 'adminFirstName', 'adminLastName'] as const;

/** A company that is active at once, with a new account for the one who runs it. */
export default function CreateCompanyDialog({ websites, groups, onClose }: Props) {
  const { t } = useTranslation(['companies', 'common']);
  const navigate = useNavigate();
  const fields: Field[] = [
    { name: 'websiteId', label: t('field.website'), kind: 'select', options: websites, isRequired: true },
    { name: 'name', label: t('field.name'), isRequired: true, maxLength: 255 },
    { name: 'email', label: t('field.email'), kind: 'email', isRequired: true, maxLength: 254 },
    ...ADDRESS_FIELDS.map(({ name, ...field }) => ({ ...field, name, label: t(`field.${name}`) })),
    { name: 'groupId', label: t('field.groupId'), kind: 'select', options: groups, isRequired: true },
    { name: 'vatNumber', label: t('field.vatNumber'), maxLength: 50 },
    ...ADMIN.map((name) => ({
      name,
      label: t(`field.${name}`),
      kind: name === 'adminEmail' ? ('email' as const) : ('text' as const),
      isRequired: true,
      maxLength: 254,
    })),
    { name: 'sendsWelcomeMail', label: t('create.sendsWelcomeMail'), kind: 'boolean' },
  ];
  const madeId = useRef<string | null>(null);
  return (
    <ActionDialog
      title={t('create.title')}
      confirm={t('create.submit')}
      fields={fields}
      initial={{
        ...Object.fromEntries(fields.map((field) => [field.name, field.kind === 'lines' ? [] : ''])),
        websiteId: websites[0]?.value ?? '',
        groupId: groups[0]?.value ?? '',
        sendsWelcomeMail: true,
      }}
      run={async (values) => {
        const { companyCreate: made } = await request(CompanyCreateDocument, { input: inputOf(values) });
        madeId.current = made?.company?.id ?? null;
        return { errors: (made?.userErrors ?? []).map(atField) };
      }}
      onDone={async () => {
        void queryClient.invalidateQueries({ queryKey: ['companies'] });
        const { current: id } = madeId;
        if (id) await navigate({ to: '/companies/$id' as never, params: { id } as never });
      }}
      onClose={onClose}
    />
  );
}

function inputOf(values: Values): CompanyCreateInput {
  return {
    websiteId: String(values.websiteId),
    name: String(values.name),
    email: String(values.email),
    legalAddress: addressOf(values),
    groupId: String(values.groupId),
    vatNumber: orNull(values.vatNumber),
    status: 'ACTIVE',
    newAdmin: {
      email: String(values.adminEmail),
      firstName: String(values.adminFirstName),
      lastName: String(values.adminLastName),
      sendsWelcomeMail: values.sendsWelcomeMail === true,
    },
  };
}

/** An error about the new account is shown at its fields. */
function atField(error: FieldError): FieldError {
  const [root, field = ''] = error.path ?? [];
  if (root !== 'newAdmin') return atAddress(error);
  return { ...error, path: [`admin${field.charAt(0).toUpperCase()}${field.slice(1)}`] };
}

import { useQuery } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import { QueryFrame } from '../../../../components/QueryFrame';
import { type Section, text, type Values } from '../../../../form/fields';
import { RecordForm, type Saved } from '../../../../form/RecordForm';
import { type CompanyProfileQuery, CompanySaveDocument, type CompanyUpdateInput } from '../../../../generated/graphql';
import { request } from '../../../../graph/request';
import type { Option } from '../../../../grid/labels';
import { ADDRESS_FIELDS, addressOf, atAddress, isOfAddress } from '../../../companies/address';
import { useRepresentatives } from '../../../companies/representatives';
import { refreshCompany, useMay } from '../../query';
import { profileQuery } from './query';

type Profile = NonNullable<CompanyProfileQuery['company']>;

const TEXTS = ['name', 'email', 'legalName', 'vatNumber', 'resellerId', 'externalId'] as const;
const MOST = { name: 255, email: 254, legalName: 255, vatNumber: 50, resellerId: 64, externalId: 64 };
const REQUIRED = new Set<string>(['name', 'email', 'groupId']);

export default function ProfilePanel({ id }: { id: string }) {
  return (
    <QueryFrame query={useQuery(profileQuery(id))}>
      {(data) => (data.company ? <ProfileForm data={data} profile={data.company} /> : null)}
    </QueryFrame>
  );
}

function ProfileForm({ data, profile }: { data: CompanyProfileQuery; profile: Profile }) {
  const { t } = useTranslation(['company', 'companies']);
  const navigate = useNavigate();
  const { isShown } = useMay(profile.id)('COMPANY_UPDATE');
  // The same object as long as nothing was read again: a form starts over with another one.
  const initial = useMemo(() => valuesOf(profile), [profile]);
  const sections = useSections(data, profile);
  return (
    <RecordForm
      label={t('tab.profile')}
      sections={sections}
      initial={initial}
      version={profile.version}
      isReadOnly={!isShown}
      save={(changed, version) => saveProfile(profile.id, changed, { ...initial, ...changed }, version)}
      onSaved={() => refreshCompany(profile.id)}
      onBack={() => void navigate({ to: '/companies' as never })}
    />
  );
}

function useSections(data: CompanyProfileQuery, profile: Profile): Section[] {
  const { t } = useTranslation(['company', 'companies']);
  const named = (name: string) => t(`companies:field.${name}` as 'companies:field.name');
  const representative = profile.gridRow?.salesRepresentative;
  const known = useRepresentatives();
  const isKnown = !representative || known.some((one) => one.value === representative.id);
  const chosen: Option[] = isKnown ? [] : [{ value: representative.id, label: representative.label ?? '' }];
  const groups = (data.customerGroups?.nodes ?? []).filter((one) => one.isAssignable || one.id === profile.group.id);
  return [
    {
      title: t('profile'),
      fields: TEXTS.map((name) => ({
        name,
        label: named(name),
        kind: name === 'email' ? ('email' as const) : ('text' as const),
        isRequired: REQUIRED.has(name),
        maxLength: MOST[name],
      })),
    },
    {
      title: t('legalAddress'),
      fields: ADDRESS_FIELDS.map((field) => ({ ...field, label: named(field.name) })),
    },
    {
      title: t('settings'),
      fields: [
        {
          name: 'groupId',
          label: named('groupId'),
          kind: 'select',
          isRequired: true,
          options: groups.map(({ id, name }) => ({ value: id, label: name })),
          hint: t('groupHint'),
        },
        {
          name: 'salesRepresentativeId',
          label: named('salesRepresentativeId'),
          kind: 'select',
          options: [{ value: '', label: t('nobody') }, ...chosen, ...known],
        },
        { name: 'comment', label: named('comment'), kind: 'area', hint: t('commentHint') },
      ],
    },
  ];
}

function valuesOf(profile: Profile): Values {
  const { legalAddress: address } = profile;
  return {
    ...Object.fromEntries(TEXTS.map((name) => [name, text(profile[name])])),
    ...Object.fromEntries(
      ADDRESS_FIELDS.map(({ name }) => [name, name === 'street' ? address.street : text(address[name])]),
    ),
    groupId: profile.group.id,
    salesRepresentativeId: profile.gridRow?.salesRepresentative?.id ?? '',
    comment: text(profile.comment),
  };
}

async function saveProfile(id: string, changed: Values, all: Values, version: number | undefined): Promise<Saved> {
  const names = Object.keys(changed);
  const plain = names.filter((name) => !isOfAddress(name));
  const input = {
    id,
    expectedVersion: version,
    ...Object.fromEntries(
      plain.map((name) => [name, changed[name] === '' && !REQUIRED.has(name) ? null : changed[name]]),
    ),
    ...(names.some(isOfAddress) ? { legalAddress: addressOf(all) } : {}),
  } as CompanyUpdateInput;
  const errors = (await request(CompanySaveDocument, { input })).companyUpdate?.userErrors ?? [];
  const conflict = errors.find((error) => 'conflicts' in error);
  return { errors: errors.map(atAddress), conflict };
}

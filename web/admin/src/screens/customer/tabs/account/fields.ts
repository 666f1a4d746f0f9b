import type { TFunction } from 'i18next';
import { attributeFields, attributeValues, type Definition } from '../../../../form/attributes';
import { type Field, type Section, text, type Values } from '../../../../form/fields';
import type { CustomerAccountQuery } from '../../../../generated/graphql';
import type { Customer } from '../../query';

export type Account = NonNullable<CustomerAccountQuery['customer']>;
export type AccountTexts = TFunction<['customer', 'columns', 'values', 'grid']>;

const GENDERS = ['MALE', 'FEMALE', 'NOT_SPECIFIED'];
/** How the graph names the capability of a field that the form calls otherwise. */
type States = Map<string, { isAllowed: boolean; message?: string | null }>;

export function definitionsOf(data: CustomerAccountQuery): Definition[] {
  return data.attributes ?? [];
}

export function accountSections(data: CustomerAccountQuery, header: Customer | undefined, t: AccountTexts): Section[] {
  const states = fieldStates(header);
  const judge = (field: Field) => withState(field, states);
  const groups = data.customerGroups?.nodes ?? [];
  const own = data.customer?.group;
  const groupOptions = groups.filter((one) => one.isAssignable || one.id === own?.id);
  const known = groupOptions.some((one) => one.id === own?.id) || !own ? groupOptions : [own, ...groupOptions];
  const named = (all: { id: string; name: string }[]) => all.map(({ id, name }) => ({ value: id, label: name }));
  const genders = [
    { value: '', label: '–' },
    ...GENDERS.map((value) => ({ value, label: t(`values:Gender.${value}` as 'title') })),
  ];
  const isYearOnly = data.customer?.birthYear !== null && data.customer?.dateOfBirth === null;
  const person: Field[] = [
    { name: 'prefix', label: t('prefix') },
    { name: 'firstName', label: t('firstName'), isRequired: true },
    { name: 'middleName', label: t('middleName') },
    { name: 'lastName', label: t('lastName'), isRequired: true },
    { name: 'suffix', label: t('suffix') },
    { name: 'email', label: t('columns:email'), kind: 'email', isRequired: true },
    { name: 'gender', label: t('columns:gender'), kind: 'select', options: genders },
    isYearOnly
      ? { name: 'birthYear', label: t('columns:birthYear'), kind: 'number', maxLength: 4 }
      : { name: 'dateOfBirth', label: t('columns:dateOfBirth'), kind: 'date' },
    { name: 'taxVatNumber', label: t('columns:taxVatNumber') },
  ];
  const account: Field[] = [
    { name: 'groupId', label: t('columns:group'), kind: 'select', options: named(known) },
    { name: 'websiteId', label: t('columns:website'), kind: 'select', options: named(data.websites ?? []) },
    { name: 'externalId', label: t('columns:externalId') },
    { name: 'isAutomaticGroupChangeDisabled', label: t('noGroupChange'), kind: 'boolean' },
    { name: 'allowsRemoteAssistance', label: t('columns:allowsRemoteAssistance'), kind: 'boolean' },
  ];
  const more = attributeFields(
    definitionsOf(data),
    t('grid:boolean.true'),
    t('grid:boolean.false'),
    data.customer?.attributes ?? [],
  );
  return [
    { title: t('person'), fields: person.map(judge) },
    { title: t('account'), fields: account.map(judge) },
    ...(more.length > 0 ? [{ title: t('attributes'), fields: more }] : []),
  ];
}

function fieldStates(header: Customer | undefined): States {
  const found = header?.capabilities.find((one) => one.action === 'CUSTOMER_UPDATE');
  return new Map((found?.fields ?? []).map((one) => [one.field, one]));
}

function withState(field: Field, states: States): Field {
  const state = states.get(field.name);
  if (!state || state.isAllowed) return field;
  return { ...field, isDisabled: true, reason: state.message ?? undefined };
}

export function accountValues(account: Account, definitions: Definition[]): Values {
  return {
    prefix: text(account.prefix),
    firstName: account.firstName,
    middleName: text(account.middleName),
    lastName: account.lastName,
    suffix: text(account.suffix),
    email: account.email,
    gender: text(account.gender),
    dateOfBirth: text(account.dateOfBirth),
    birthYear: text(account.birthYear),
    taxVatNumber: text(account.taxVatNumber),
    groupId: account.group.id,
    websiteId: account.website.id,
    externalId: text(account.externalId),
    isAutomaticGroupChangeDisabled: account.isAutomaticGroupChangeDisabled,
    allowsRemoteAssistance: account.allowsRemoteAssistance,
    ...attributeValues(definitions, account.attributes ?? []),
  };
}

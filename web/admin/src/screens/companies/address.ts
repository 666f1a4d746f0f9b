import { type Field, orNull, type Values } from '../../form/fields';
import type { CompanyLegalAddressInput } from '../../generated/graphql';
import type { FieldError } from '../../graph/errors';

type AddressField = Omit<Field, 'label'>;

/** The legal address, which is written as a whole. */
export const ADDRESS_FIELDS = [
  { name: 'street', kind: 'lines', isRequired: true },
  { name: 'postcode', maxLength: 32 },
  { name: 'city', isRequired: true, maxLength: 255 },
  { name: 'region', maxLength: 255 },
  { name: 'countryCode', isRequired: true, maxLength: 2 },
  { name: 'telephone', isRequired: true, maxLength: 64 },
] as const satisfies AddressField[];

const NAMES = new Set<string>(ADDRESS_FIELDS.map((field) => field.name));

export function addressOf(values: Values): CompanyLegalAddressInput {
  const street = Array.isArray(values.street) ? values.street.map(String) : [String(values.street ?? '')];
  return {
    street: street.filter((line) => line.trim() !== ''),
    city: String(values.city ?? ''),
    countryCode: String(values.countryCode ?? '').toUpperCase(),
    telephone: String(values.telephone ?? ''),
    region: orNull(values.region),
    postcode: orNull(values.postcode),
  };
}

export function isOfAddress(name: string): boolean {
  return NAMES.has(name);
}

/** An error about a part of the address is shown at its field. */
export function atAddress(error: FieldError): FieldError {
  const [root, field] = error.path ?? [];
  return root === 'legalAddress' ? { ...error, path: [field ?? 'street'] } : error;
}

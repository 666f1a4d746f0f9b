import { useTranslation } from 'react-i18next';
import ActionDialog from '../../../../form/ActionDialog';
import {
  atAttributes,
  attributeFields,
  attributeInputs,
  attributeValues,
  type Definition,
  plainValues,
} from '../../../../form/attributes';
import { type Field, text, type Values } from '../../../../form/fields';
import {
  CustomerAddressAddDocument,
  type CustomerAddressCreateInput,
  CustomerAddressSaveDocument,
  type CustomerAddressUpdateInput,
} from '../../../../generated/graphql';
import { request } from '../../../../graph/request';
import { refreshCustomer } from '../../query';
import type { Address } from './query';

const NAMES = [
  'prefix',
  'firstName',
  'middleName',
  'lastName',
  'suffix',
  'company',
  'street',
  'postcode',
  'city',
  'region',
  'countryCode',
  'telephone',
  'fax',
  'vatNumber',
  'externalId',
] as const;
const REQUIRED: string[] = ['firstName', 'lastName', 'street', 'countryCode'];

interface Props {
  customerId: string;
  version: number;
  definitions: Definition[];
  /** Null for a new one. */
  address: Address | null;
  onClose: () => void;
}

/** One address. Which fields a country needs is told by the service, at the fields. */
export default function AddressDialog({ customerId, version, definitions, address, onClose }: Props) {
  const { t } = useTranslation(['customer', 'grid']);
  const initial = readAddress(address, definitions);
  const fields: Field[] = [
    ...NAMES.map((name) => ({
      name,
      label: t(`address.${name}`),
      isRequired: REQUIRED.includes(name),
      kind: name === 'street' ? ('lines' as const) : undefined,
      hint: name === 'countryCode' ? t('countryHint') : undefined,
    })),
    ...(['isDefaultBilling', 'isDefaultShipping'] as const).map((name) => ({
      name,
      label: t(`address.${name}`),
      kind: 'boolean' as const,
      // A default is replaced by another one, not given up.
      isDisabled: address?.[name] === true,
    })),
    ...attributeFields(definitions, t('grid:boolean.true'), t('grid:boolean.false'), address?.attributes ?? []),
  ];
  return (
    <ActionDialog
      title={t(address ? 'editAddress' : 'addAddress')}
      confirm={t('common:save')}
      fields={fields}
      initial={initial}
      run={async (values) => {
        const changed = Object.fromEntries(
          Object.entries(values).filter(([name, value]) => !address || String(value) !== String(initial[name])),
        );
        const attributes = attributeInputs(definitions, changed);
        const given = { ...writePlain(changed), ...(attributes.length > 0 ? { attributes } : {}) };
        const errors = address
          ? await saveAddress({ id: address.id, expectedVersion: version, ...given })
          : await addAddress({ customerId, ...given } as CustomerAddressCreateInput);
        return { errors: atAttributes(errors, attributes) };
      }}
      onDone={() => refreshCustomer(customerId)}
      onClose={onClose}
    />
  );
}

function readAddress(address: Address | null, definitions: Definition[]): Values {
  const plain = NAMES.map(
    (name) => [name, name === 'street' ? (address?.street ?? []) : text(address?.[name])] as const,
  );
  return {
    ...Object.fromEntries(plain),
    isDefaultBilling: address?.isDefaultBilling ?? false,
    isDefaultShipping: address?.isDefaultShipping ?? false,
    ...attributeValues(definitions, address?.attributes ?? []),
  };
}

function writePlain(changed: Values): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(plainValues(changed)).map(([name, value]) => {
      if (REQUIRED.includes(name)) return [name, name === 'countryCode' ? String(value).toUpperCase() : value];
      return [name, value === '' ? null : value];
    }),
  );
}

async function saveAddress(input: CustomerAddressUpdateInput) {
  return (await request(CustomerAddressSaveDocument, { input })).customerAddressUpdate?.userErrors ?? [];
}

async function addAddress(input: CustomerAddressCreateInput) {
  return (await request(CustomerAddressAddDocument, { input })).customerAddressCreate?.userErrors ?? [];
}

import { useQuery } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import { QueryFrame } from '../../../../components/QueryFrame';
import { atAttributes, attributeInputs, type Definition, plainValues } from '../../../../form/attributes';
import type { Values } from '../../../../form/fields';
import { RecordForm, type Saved } from '../../../../form/RecordForm';
import {
  type CustomerAccountQuery,
  CustomerAccountSaveDocument,
  type CustomerUpdateInput,
} from '../../../../generated/graphql';
import { request } from '../../../../graph/request';
import { useMay } from '../../capabilities';
import { refreshCustomer, useHeader } from '../../query';
import { accountSections, accountValues, definitionsOf } from './fields';
import { accountQuery } from './query';

export default function AccountPanel({ id }: { id: string }) {
  return (
    <QueryFrame query={useQuery(accountQuery(id))}>
      {(data) => (data.customer ? <AccountForm data={data} id={id} /> : null)}
    </QueryFrame>
  );
}

function AccountForm({ data, id }: { data: CustomerAccountQuery; id: string }) {
  const { t } = useTranslation(['customer', 'columns', 'values', 'grid']);
  const navigate = useNavigate();
  const header = useHeader(id);
  const { isShown } = useMay(id)('CUSTOMER_UPDATE');
  const definitions = definitionsOf(data);
  // The same object as long as nothing was read again: a form starts over with another one.
  const initial = useMemo(() => (data.customer ? accountValues(data.customer, definitionsOf(data)) : {}), [data]);
  return (
    <RecordForm
      label={t('tab.account')}
      sections={accountSections(data, header, t)}
      initial={initial}
      version={data.customer?.version}
      isReadOnly={!isShown}
      save={(changed, version) => saveAccount(id, changed, version, definitions)}
      onSaved={() => refreshCustomer(id)}
      onBack={() => void navigate({ to: '/customers' as never })}
    />
  );
}

const NUMBERS = new Set(['birthYear']);

async function saveAccount(
  id: string,
  changed: Values,
  version: number | undefined,
  definitions: Definition[],
): Promise<Saved> {
  const attributes = attributeInputs(definitions, changed);
  const plain = Object.entries(plainValues(changed)).map(([name, value]) => {
    if (value === '') return [name, null];
    return [name, NUMBERS.has(name) ? Number(value) : value];
  });
  const input = {
    id,
    expectedVersion: version,
    ...Object.fromEntries(plain),
    ...(attributes.length > 0 ? { attributes } : {}),
  } as CustomerUpdateInput;
  const { customerUpdate: done } = await request(CustomerAccountSaveDocument, { input });
  const errors = done?.userErrors ?? [];
  const conflict = errors.find((error) => 'conflicts' in error);
  return { errors: atAttributes(errors, attributes), conflict };
}

import { lazy, Suspense, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { ActionButton } from '../../components/ActionButton';
import { orNull } from '../../form/fields';
import type { FieldError } from '../../graph/errors';
import { useMay } from './capabilities';
import { refreshCustomer, useHeader } from './query';

const ActionDialog = lazy(() => import('../../form/ActionDialog'));

interface Given {
  id: string;
  amount: string;
  websiteId: string | null;
  comment: string | null;
  notifyCustomer: boolean;
  idempotencyKey: string;
}

interface Props {
  id: string;
  capability: string;
  title: string;
  amountLabel: string;
  /** Of the input, which errors name. */
  amountName: string;
  send: (given: Given) => Promise<FieldError[]>;
}

/** Adds to a balance or takes from it: exactly once, however often the request has to be sent. */
export function AdjustButton({ id, capability, title, amountLabel, amountName, send }: Props) {
  const { t } = useTranslation('customer');
  const [isOpen, setOpen] = useState(false);
  const { isShown, reason } = useMay(id)(capability);
  const customer = useHeader(id);
  if (!isShown || !customer) return null;
  const websites = customer.balances.map(({ website }) => ({ value: website.id, label: website.name }));
  return (
    <>
      <ActionButton label={title} reason={reason} onClick={() => setOpen(true)} />
      {isOpen ? (
        <Suspense fallback={null}>
          <ActionDialog
            title={title}
            confirm={title}
            fields={[
              { name: amountName, label: amountLabel, kind: 'number', hint: t('amountHint'), isRequired: true },
              { name: 'websiteId', label: t('website'), kind: 'select', options: websites },
              { name: 'comment', label: t('comment'), kind: 'area' },
              { name: 'notifyCustomer', label: t('notify'), kind: 'boolean' },
            ]}
            initial={{ [amountName]: '', websiteId: customer.website.id, comment: '', notifyCustomer: false }}
            run={async (values, key) => {
              const typed = String(values[amountName]).trim().replace(',', '.');
              if (!/^[+-]?\d+(\.\d+)?$/.test(typed)) {
                return { errors: [{ key: 'amount', message: t('amountInvalid'), path: [amountName] }] };
              }
              const errors = await send({
                id,
                amount: typed,
                websiteId: orNull(values.websiteId),
                comment: orNull(values.comment),
                notifyCustomer: values.notifyCustomer === true,
                idempotencyKey: key,
              });
              return { errors };
            }}
            onDone={() => refreshCustomer(id)}
            onClose={() => setOpen(false)}
          />
        </Suspense>
      ) : null}
    </>
  );
}

import Box from '@mui/material/Box';
import { useNavigate } from '@tanstack/react-router';
import { lazy, Suspense, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { releaseFocus } from '../../../app/focus';
import { useFormats } from '../../../app/formats';
import { ActionButton } from '../../../components/ActionButton';
import type { Values } from '../../../form/fields';
import { may } from '../../../graph/capabilities';
import { type Customer, refreshCustomer } from '../query';
import { ACTIONS, type Action } from './run';

const ActionDialog = lazy(() => import('../../../form/ActionDialog'));
const DeleteDialog = lazy(() => import('./DeleteDialog'));

/** The buttons of the customer: absent without the permission, disabled with its reason by a rule. */
export function CustomerActions({ customer }: { customer: Customer }) {
  const { t } = useTranslation(['customer', 'values']);
  const navigate = useNavigate();
  const [open, setOpen] = useState<Action | 'delete' | null>(null);
  const { capabilities } = customer;
  const shown = ACTIONS.filter((one) => may(capabilities, one.capability).isShown && (one.isShown?.(customer) ?? true));
  const deletion = may(capabilities, 'CUSTOMER_DELETE');
  const close = () => {
    releaseFocus();
    setOpen(null);
  };
  return (
    <Box role="toolbar" aria-label={t('actions')} sx={{ display: 'flex', flexWrap: 'wrap', gap: 1 }}>
      {may(capabilities, 'CUSTOMER_UPDATE').isShown ? (
        <ActionButton
          label={t('action.edit')}
          variant="contained"
          onClick={() => void navigate({ to: '.', search: { tab: 'account' } as never })}
        />
      ) : null}
      {shown.map((one) => (
        <ActionButton
          key={one.name}
          label={t(`action.${one.name}` as 'action.lock')}
          reason={may(capabilities, one.capability).reason}
          onClick={() => setOpen(one)}
        />
      ))}
      {/* A refused deletion tells its blockers in the dialog. */}
      {deletion.isShown ? (
        <ActionButton label={t('action.delete')} color="error" onClick={() => setOpen('delete')} />
      ) : null}
      <Suspense fallback={null}>
        {open === 'delete' ? <DeleteDialog customer={customer} onClose={close} /> : null}
        {open && open !== 'delete' ? <OneDialog action={open} customer={customer} onClose={close} /> : null}
      </Suspense>
    </Box>
  );
}

function OneDialog({ action, customer, onClose }: { action: Action; customer: Customer; onClose: () => void }) {
  const { t } = useTranslation(['customer', 'values']);
  const formats = useFormats();
  const { id, fullName: name } = customer;
  const fields = action.fields?.(t) ?? [];
  const initial: Values = Object.fromEntries(fields.map((field) => [field.name, '']));
  return (
    <ActionDialog
      title={t(`action.${action.name}` as 'action.lock')}
      text={t(`actionText.${action.name}` as 'actionText.lock', { name })}
      confirm={t(`action.${action.name}` as 'action.lock')}
      fields={fields}
      initial={initial}
      run={(values) => action.run(id, values, t, formats)}
      onDone={() => refreshCustomer(id)}
      onClose={onClose}
    />
  );
}

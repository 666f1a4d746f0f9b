import Alert from '@mui/material/Alert';
import Typography from '@mui/material/Typography';
import { queryOptions, useQuery, useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { useFormats } from '../../../app/formats';
import { DataTable } from '../../../components/DataTable';
import { QueryFrame } from '../../../components/QueryFrame';
import ActionDialog from '../../../form/ActionDialog';
import { CustomerDeleteDocument } from '../../../generated/graphql';
import { request } from '../../../graph/request';
import type { Customer } from '../query';

/** What a deletion would do, tried before anything is done. */
function trialQuery(id: string) {
  return queryOptions({
    queryKey: ['customer', id, 'deletion'],
    queryFn: ({ signal }) => request(CustomerDeleteDocument, { input: { id }, dryRun: true }, { signal }),
    staleTime: 0,
    gcTime: 0,
  });
}

/** Tells what forbids it, what is lost and what stays; the customer's number has to be typed. */
export default function DeleteDialog({ customer, onClose }: { customer: Customer; onClose: () => void }) {
  const { t } = useTranslation(['customer', 'values']);
  const formats = useFormats();
  const client = useQueryClient();
  const navigate = useNavigate();
  const { id } = customer;
  const trial = useQuery(trialQuery(id));
  const blockers = trial.data?.customerDelete?.blockers ?? [];
  const number = String(customer.number);
  return (
    <ActionDialog
      title={t('deleteTitle', { name: customer.fullName })}
      text={t('deleteText')}
      confirm={t('action.delete')}
      isDangerous
      isRefused={!trial.data || blockers.length > 0}
      fields={
        blockers.length > 0
          ? []
          : [{ name: 'number', label: t('deleteNumber', { number }), isRequired: true, maxLength: number.length }]
      }
      initial={{ number: '' }}
      run={async (values) => {
        if (values.number !== number) {
          return { errors: [{ key: 'number', message: t('deleteNumber', { number }), path: ['number'] }] };
        }
        const input = { id, expectedVersion: customer.version };
        const { customerDelete: done } = await request(CustomerDeleteDocument, { input, dryRun: false });
        return { errors: done?.userErrors ?? [] };
      }}
      onDone={async () => {
        await navigate({ to: '/customers' as never });
        client.removeQueries({ queryKey: ['customer', id] });
        void client.invalidateQueries({ queryKey: ['customers'] });
      }}
      onClose={onClose}
    >
      <QueryFrame query={trial}>
        {({ customerDelete: found }) => (
          <>
            {found?.blockers.map((one) => (
              <Alert key={one.kind} severity="error" role="alert" sx={{ mb: 1 }}>
                {one.message}
              </Alert>
            ))}
            {found?.warnings.map((one) => (
              <Alert key={one.kind} severity="warning" sx={{ mb: 1 }}>
                {t(`values:DeletionWarningKind.${one.kind}`)}: {formats.number(one.count)}
              </Alert>
            ))}
            <Typography variant="h2" sx={{ my: 1 }}>
              {t('deleteRecords')}
            </Typography>
            <DataTable
              label={t('deleteRecords')}
              heads={[t('deleteRecord'), t('deleteEffect'), t('deleteCount')]}
              rows={(found?.records ?? []).filter((one) => one.count > 0)}
              keyOf={(one) => one.kind}
              cells={(one) => [
                t(`values:DeletionRecordKind.${one.kind}`),
                t(`values:DeletionEffect.${one.effect}`),
                formats.number(one.count),
              ]}
            />
          </>
        )}
      </QueryFrame>
    </ActionDialog>
  );
}

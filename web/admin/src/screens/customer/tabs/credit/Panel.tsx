import Stack from '@mui/material/Stack';
import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { useFormats } from '../../../../app/formats';
import { DataTable } from '../../../../components/DataTable';
import { Empty } from '../../../../components/Empty';
import { QueryFrame } from '../../../../components/QueryFrame';
import { CustomerCreditAdjustDocument } from '../../../../generated/graphql';
import { request } from '../../../../graph/request';
import { AdjustButton } from '../../AdjustButton';
import { creditQuery } from './query';

/** The newest fifty movements, and the button for one more. */
export default function CreditPanel({ id }: { id: string }) {
  const { t } = useTranslation(['customer', 'values']);
  const formats = useFormats();
  return (
    <QueryFrame query={useQuery(creditQuery(id))}>
      {({ customer }) => {
        const entries = customer?.storeCredit.entries.nodes ?? [];
        return (
          <Stack spacing={1.5} sx={{ alignItems: 'flex-start' }}>
            <AdjustButton
              id={id}
              capability="STORE_CREDIT_ADJUST"
              title={t('adjustCredit')}
              amountLabel={t('amount')}
              amountName="amount"
              send={async (input) => {
                const done = await request(CustomerCreditAdjustDocument, { input });
                return done.storeCreditAdjust?.userErrors ?? [];
              }}
            />
            {entries.length === 0 ? (
              <Empty title={t('noMovements')} />
            ) : (
              <DataTable
                label={t('tab.credit')}
                heads={[t('when'), t('what'), t('website'), t('change'), t('balance'), t('who'), t('comment')]}
                rows={entries}
                keyOf={(entry) => entry.id}
                cells={(entry) => [
                  formats.dateTime(entry.createdAt),
                  t(`values:StoreCreditAction.${entry.action}`),
                  entry.website.name,
                  formats.money(entry.amount),
                  formats.money(entry.balanceAfter),
                  entry.staff?.name ?? t(`values:HistoryActor.${entry.actor}`),
                  entry.comment,
                ]}
              />
            )}
          </Stack>
        );
      }}
    </QueryFrame>
  );
}

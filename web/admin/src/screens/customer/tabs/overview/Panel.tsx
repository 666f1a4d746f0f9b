import Box from '@mui/material/Box';
import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { useFormats } from '../../../../app/formats';
import { Facts } from '../../../../components/Facts';
import { QueryFrame } from '../../../../components/QueryFrame';
import type { CustomerOverviewQuery } from '../../../../generated/graphql';
import { overviewQuery } from './query';

type Customer = NonNullable<CustomerOverviewQuery['customer']>;

export default function OverviewPanel({ id }: { id: string }) {
  return (
    <QueryFrame query={useQuery(overviewQuery(id))}>
      {({ customer }) => (customer ? <Overview customer={customer} /> : null)}
    </QueryFrame>
  );
}

function Overview({ customer }: { customer: Customer }) {
  const { t } = useTranslation(['customer', 'columns', 'values', 'grid']);
  const formats = useFormats();
  const { activity, orderStatistics: orders } = customer;
  const yesNo = (value: boolean) => t(`grid:boolean.${value}`);
  return (
    <Box sx={{ display: 'grid', gap: 2, gridTemplateColumns: { xs: '1fr', md: '1fr 1fr' } }}>
      <Facts
        title={t('person')}
        facts={[
          [t('columns:customerType'), t(`values:CustomerType.${customer.customerType}`)],
          [t('columns:gender'), customer.gender ? t(`values:Gender.${customer.gender}`) : null],
          [t('columns:dateOfBirth'), formats.date(customer.dateOfBirth)],
          [t('columns:taxVatNumber'), customer.taxVatNumber],
          [t('columns:externalId'), customer.externalId],
        ]}
      />
      <Facts
        title={t('account')}
        facts={[
          [t('columns:createdAt'), formats.dateTime(customer.createdAt)],
          [t('columns:createdIn'), customer.createdIn.name],
          [t('columns:confirmationStatus'), t(`values:ConfirmationStatus.${customer.confirmationStatus}`)],
          [t('columns:lastSignInAt'), formats.dateTime(activity.lastSignInAt)],
          [t('columns:lastActivityAt'), formats.dateTime(activity.lastActivityAt)],
          [t('online'), yesNo(activity.isOnline)],
          [t('columns:allowsRemoteAssistance'), yesNo(customer.allowsRemoteAssistance)],
        ]}
      />
      <Facts
        title={t('sales')}
        facts={[
          [t('columns:orderCount'), formats.number(orders.orderCount)],
          [t('columns:lifetimeValue'), formats.money(orders.lifetimeValue)],
          [t('columns:averageOrderValue'), formats.money(orders.averageOrderValue)],
          [t('columns:lastOrderAt'), formats.dateTime(orders.lastOrderAt)],
        ]}
      />
      <Facts
        title={t('defaultAddresses')}
        facts={[
          [t('columns:billingAddress'), customer.defaultBillingAddress?.formatted],
          [t('columns:shippingAddress'), customer.defaultShippingAddress?.formatted],
        ]}
      />
    </Box>
  );
}

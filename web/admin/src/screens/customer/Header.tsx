import Box from '@mui/material/Box';
import Chip from '@mui/material/Chip';
import Stack from '@mui/material/Stack';
import Typography from '@mui/material/Typography';
import { useEffect } from 'react';
import { useTranslation } from 'react-i18next';
import { type Formats, useFormats } from '../../app/formats';
import { PageHeader } from '../../components/PageHeader';
import { CustomerActions } from './actions/CustomerActions';
import type { Customer } from './query';

/** Who this is, and in which state. */
export function Header({ customer }: { customer: Customer }) {
  const { t } = useTranslation(['customer', 'values']);
  const formats = useFormats();
  const { fullName, lock } = customer;
  useEffect(() => {
    document.title = fullName;
  }, [fullName]);
  return (
    <Stack spacing={1}>
      <PageHeader title={fullName} />
      <Box sx={{ display: 'flex', flexWrap: 'wrap', gap: 1, alignItems: 'center' }}>
        <Typography component="span" sx={{ overflowWrap: 'anywhere' }}>
          {t('line', { number: customer.number, email: customer.email })}
        </Typography>
        <Chip
          size="small"
          color={customer.status === 'ACTIVE' ? 'default' : 'warning'}
          label={t(`values:CustomerStatus.${customer.status}`)}
        />
        {customer.confirmationStatus === 'REQUIRED' ? (
          <Chip size="small" color="warning" label={t('unconfirmed')} />
        ) : null}
        {lock ? (
          <Chip size="small" color="error" label={t('lockedUntil', { until: formats.dateTime(lock.until) })} />
        ) : null}
        {customer.tags.map((tag) => (
          <Chip key={tag} size="small" variant="outlined" label={tag} />
        ))}
      </Box>
      <Typography component="p">
        {[customer.website.name, customer.group.name, ...balancesOf(customer, formats, t)].join(' · ')}
      </Typography>
      {lock?.note ? (
        <Typography color="textSecondary" sx={{ overflowWrap: 'anywhere' }}>
          {t('lockedBecause', { note: lock.note })}
        </Typography>
      ) : null}
      <CustomerActions customer={customer} />
    </Stack>
  );
}

function balancesOf(
  customer: Customer,
  formats: Formats,
  t: (key: string, values: Record<string, string>) => string,
): string[] {
  const balance = customer.balances.find((one) => one.website.id === customer.website.id);
  if (!balance) return [];
  const points = formats.number(balance.rewardPoints);
  return [t('credit', { amount: formats.money(balance.storeCredit) }), t('points', { number: points })];
}

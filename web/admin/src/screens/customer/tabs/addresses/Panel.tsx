import Box from '@mui/material/Box';
import Button from '@mui/material/Button';
import Chip from '@mui/material/Chip';
import Paper from '@mui/material/Paper';
import Stack from '@mui/material/Stack';
import Typography from '@mui/material/Typography';
import { useInfiniteQuery } from '@tanstack/react-query';
import { lazy, Suspense, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useFormats } from '../../../../app/formats';
import { ActionButton } from '../../../../components/ActionButton';
import { Empty } from '../../../../components/Empty';
import { MoreButton } from '../../../../components/MoreButton';
import { QueryFrame } from '../../../../components/QueryFrame';
import { CustomerAddressRemoveDocument } from '../../../../generated/graphql';
import { request } from '../../../../graph/request';
import { SearchBox } from '../../../../grid/SearchBox';
import { useMay } from '../../capabilities';
import { refreshCustomer } from '../../query';
import { type Address, addressesQuery } from './query';

const ActionDialog = lazy(() => import('../../../../form/ActionDialog'));
const AddressDialog = lazy(() => import('./AddressDialog'));
const MANY = 50;

type Open = { kind: 'edit' | 'remove'; address: Address } | { kind: 'add' } | null;

/** The address book, part by part, and what can be done with each entry. */
export default function AddressesPanel({ id }: { id: string }) {
  const { t } = useTranslation('customer');
  const [search, setSearch] = useState('');
  const [open, setOpen] = useState<Open>(null);
  const formats = useFormats();
  const may = useMay(id);
  const query = useInfiniteQuery(addressesQuery(id, search));
  const close = () => setOpen(null);
  return (
    <QueryFrame query={query}>
      {({ pages }) => {
        const book = pages[0]?.customer?.addressBook;
        const addresses = pages.flatMap((page) => page.customer?.addressBook?.nodes ?? []);
        const definitions = pages[0]?.attributes ?? [];
        const version = pages[0]?.customer?.version ?? 0;
        const total = book?.totalCount ?? 0;
        const creation = may('CUSTOMER_ADDRESS_CREATE');
        return (
          <Stack spacing={1.5}>
            <Stack direction="row" sx={{ flexWrap: 'wrap', gap: 1, alignItems: 'center' }}>
              {total > 0 ? (
                <Typography>{t('addressCount', { count: total, number: formats.number(total) })}</Typography>
              ) : null}
              {total > MANY || search ? (
                <SearchBox value={search} label={t('searchAddresses')} onChange={setSearch} />
              ) : null}
              {creation.isShown ? (
                <ActionButton
                  label={t('addAddress')}
                  reason={creation.reason}
                  onClick={() => setOpen({ kind: 'add' })}
                />
              ) : null}
            </Stack>
            {total === 0 ? <Empty icon="home" title={t(search ? 'noSuchAddress' : 'noAddresses')} /> : null}
            <Box sx={{ display: 'grid', gap: 2, gridTemplateColumns: 'repeat(auto-fill, minmax(260px, 1fr))' }}>
              {addresses.map((address) => (
                <Card
                  key={address.id}
                  address={address}
                  onEdit={may('CUSTOMER_ADDRESS_UPDATE').isShown ? () => setOpen({ kind: 'edit', address }) : null}
                  onRemove={may('CUSTOMER_ADDRESS_DELETE').isShown ? () => setOpen({ kind: 'remove', address }) : null}
                />
              ))}
            </Box>
            <MoreButton query={query} />
            <Suspense fallback={null}>
              {open?.kind === 'add' || open?.kind === 'edit' ? (
                <AddressDialog
                  customerId={id}
                  version={version}
                  definitions={definitions}
                  address={open.kind === 'edit' ? open.address : null}
                  onClose={close}
                />
              ) : null}
              {open?.kind === 'remove' ? (
                <ActionDialog
                  title={t('removeAddress')}
                  text={open.address.formatted ?? ''}
                  confirm={t('removeAddress')}
                  isDangerous
                  run={async () => {
                    const done = await request(CustomerAddressRemoveDocument, { input: { id: open.address.id } });
                    return { errors: done.customerAddressDelete?.userErrors ?? [] };
                  }}
                  onDone={() => refreshCustomer(id)}
                  onClose={close}
                />
              ) : null}
            </Suspense>
          </Stack>
        );
      }}
    </QueryFrame>
  );
}

interface CardProps {
  address: Address;
  onEdit: (() => void) | null;
  onRemove: (() => void) | null;
}

function Card({ address, onEdit, onRemove }: CardProps) {
  const { t } = useTranslation('customer');
  const formats = useFormats();
  return (
    <Paper variant="outlined" role="group" aria-label={`${address.firstName} ${address.lastName}`} sx={{ p: 2 }}>
      <Typography sx={{ whiteSpace: 'pre-line', overflowWrap: 'anywhere' }}>{address.formatted}</Typography>
      <Typography color="textSecondary">{formats.country(address.countryCode)}</Typography>
      <Box sx={{ display: 'flex', flexWrap: 'wrap', gap: 1, mt: 1 }}>
        {address.isDefaultBilling ? <Chip size="small" label={t('defaultBilling')} /> : null}
        {address.isDefaultShipping ? <Chip size="small" label={t('defaultShipping')} /> : null}
      </Box>
      <Stack direction="row" sx={{ gap: 1, mt: 1 }}>
        {onEdit ? <Button onClick={onEdit}>{t('editAddress')}</Button> : null}
        {onRemove ? <Button onClick={onRemove}>{t('removeAddress')}</Button> : null}
      </Stack>
    </Paper>
  );
}

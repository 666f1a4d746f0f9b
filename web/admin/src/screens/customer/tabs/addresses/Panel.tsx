import Box from '@mui/material/Box';
import Chip from '@mui/material/Chip';
import Paper from '@mui/material/Paper';
import Typography from '@mui/material/Typography';
import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { useFormats } from '../../../../app/formats';
import { Empty } from '../../../../components/Empty';
import { QueryFrame } from '../../../../components/QueryFrame';
import { addressesQuery } from './query';

/** The address book; its first hundred entries, and how many there are in all. */
export default function AddressesPanel({ id }: { id: string }) {
  const { t } = useTranslation('customer');
  const formats = useFormats();
  return (
    <QueryFrame query={useQuery(addressesQuery(id))}>
      {({ customer }) => {
        const book = customer?.addressBook;
        if (!book || book.nodes.length === 0) return <Empty icon="home" title={t('noAddresses')} />;
        return (
          <>
            <Typography sx={{ mb: 1 }}>{t('addressCount', { count: book.totalCount })}</Typography>
            <Box sx={{ display: 'grid', gap: 2, gridTemplateColumns: 'repeat(auto-fill, minmax(260px, 1fr))' }}>
              {book.nodes.map((address) => (
                <Paper key={address.id} variant="outlined" sx={{ p: 2 }}>
                  <Typography sx={{ whiteSpace: 'pre-line', overflowWrap: 'anywhere' }}>{address.formatted}</Typography>
                  <Typography color="textSecondary">{formats.country(address.countryCode)}</Typography>
                  {address.telephone ? <Typography>{address.telephone}</Typography> : null}
                  <Box sx={{ display: 'flex', flexWrap: 'wrap', gap: 1, mt: 1 }}>
                    {address.isDefaultBilling ? <Chip size="small" label={t('defaultBilling')} /> : null}
                    {address.isDefaultShipping ? <Chip size="small" label={t('defaultShipping')} /> : null}
                  </Box>
                </Paper>
              ))}
            </Box>
          </>
        );
      }}
    </QueryFrame>
  );
}

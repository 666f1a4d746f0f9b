import Box from '@mui/material/Box';
import Typography from '@mui/material/Typography';
import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { useFormats } from '../../../../app/formats';
import { DataTable } from '../../../../components/DataTable';
import { Empty } from '../../../../components/Empty';
import { QueryFrame } from '../../../../components/QueryFrame';
import { wishlistsQuery } from './query';

export default function WishlistsPanel({ id }: { id: string }) {
  const { t } = useTranslation(['customer', 'values']);
  const formats = useFormats();
  return (
    <QueryFrame query={useQuery(wishlistsQuery(id))}>
      {({ customer }) => {
        const lists = customer?.wishlists.filter((list) => list.itemCount > 0) ?? [];
        if (lists.length === 0) return <Empty icon="bookmark" title={t('noWishlists')} />;
        return lists.map((list) => (
          <Box key={list.id} sx={{ mb: 2 }}>
            <Typography variant="h2" sx={{ mb: 1, overflowWrap: 'anywhere' }}>
              {t('wishlistLine', {
                name: list.name,
                visibility: t(`values:WishlistVisibility.${list.visibility}`),
                number: formats.number(list.itemCount),
              })}
            </Typography>
            <DataTable
              label={list.name}
              heads={[t('sku'), t('product'), t('quantity'), t('comment'), t('added')]}
              rows={list.items.nodes}
              keyOf={(item) => item.id}
              cells={({ product, quantity, comment, addedAt }) => [
                product.sku,
                product.name,
                formats.number(quantity),
                comment,
                formats.dateTime(addedAt),
              ]}
            />
          </Box>
        ));
      }}
    </QueryFrame>
  );
}

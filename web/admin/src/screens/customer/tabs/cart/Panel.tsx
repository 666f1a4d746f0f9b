import Typography from '@mui/material/Typography';
import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { useFormats } from '../../../../app/formats';
import { DataTable } from '../../../../components/DataTable';
import { Empty } from '../../../../components/Empty';
import { QueryFrame } from '../../../../components/QueryFrame';
import { cartQuery } from './query';

export default function CartPanel({ id }: { id: string }) {
  const { t } = useTranslation('customer');
  const formats = useFormats();
  return (
    <QueryFrame query={useQuery(cartQuery(id))}>
      {({ customer }) => {
        const cart = customer?.cart;
        if (!cart || cart.items.length === 0) return <Empty title={t('noCart')} />;
        return (
          <>
            <Typography sx={{ mb: 1 }}>
              {t('cartLine', { sum: formats.money(cart.subtotal), at: formats.dateTime(cart.updatedAt) })}
            </Typography>
            <DataTable
              label={t('tab.cart')}
              heads={[t('sku'), t('product'), t('quantity'), t('price'), t('added')]}
              rows={cart.items}
              keyOf={(item) => item.id}
              cells={({ product, quantity, addedAt }) => [
                product.sku,
                product.name,
                formats.number(quantity),
                formats.money(product.price),
                formats.dateTime(addedAt),
              ]}
            />
          </>
        );
      }}
    </QueryFrame>
  );
}

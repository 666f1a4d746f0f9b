import Paper from '@mui/material/Paper';
import Table from '@mui/material/Table';
import TableBody from '@mui/material/TableBody';
import TableCell from '@mui/material/TableCell';
import TableContainer from '@mui/material/TableContainer';
import TableHead from '@mui/material/TableHead';
import TableRow from '@mui/material/TableRow';
import Typography from '@mui/material/Typography';
import { useInfiniteQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { useFormats } from '../../../../app/formats';
import { Empty } from '../../../../components/Empty';
import { MoreButton } from '../../../../components/MoreButton';
import { QueryFrame } from '../../../../components/QueryFrame';
import { ordersQuery } from './query';

const HEADS = ['orderNumber', 'orderStatus', 'placedAt', 'items', 'total'] as const;

/** The newest orders, part by part, and how many there are in all. */
export default function OrdersPanel({ id }: { id: string }) {
  const { t } = useTranslation(['customer', 'values']);
  const formats = useFormats();
  const query = useInfiniteQuery(ordersQuery(id));
  return (
    <QueryFrame query={query}>
      {({ pages }) => {
        const orders = pages.flatMap((page) => page.customer?.orders?.nodes ?? []);
        const count = pages[0]?.customer?.orders?.totalCount ?? 0;
        if (orders.length === 0) return <Empty icon="list" title={t('noOrders')} />;
        return (
          <>
            <Typography sx={{ mb: 1 }}>{t('orderCount', { count, number: formats.number(count) })}</Typography>
            <TableContainer component={Paper} variant="outlined" tabIndex={0}>
              <Table size="small" aria-label={t('tab.orders')}>
                <TableHead>
                  <TableRow>
                    {HEADS.map((key) => (
                      <TableCell key={key}>{t(key)}</TableCell>
                    ))}
                  </TableRow>
                </TableHead>
                <TableBody>
                  {orders.map((order) => (
                    <TableRow key={order.id}>
                      <TableCell>{order.number}</TableCell>
                      <TableCell>{t(`values:OrderStatus.${order.status}`)}</TableCell>
                      <TableCell>{formats.dateTime(order.placedAt)}</TableCell>
                      <TableCell>{formats.number(order.itemCount)}</TableCell>
                      <TableCell>{formats.money(order.grandTotal)}</TableCell>
                    </TableRow>
                  ))}
                </TableBody>
              </Table>
            </TableContainer>
            <MoreButton query={query} />
          </>
        );
      }}
    </QueryFrame>
  );
}

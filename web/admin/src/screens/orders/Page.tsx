import { ListScreen } from '../../grid/ListView';
import { RecordLink } from '../../grid/RecordLink';
import { factsOf, ORDERS } from './rows';

export default function OrdersPage() {
  return (
    <ListScreen
      source={ORDERS}
      of={factsOf}
      icon="list"
      renderCell={(column, row, text) => {
        const customer = row.customer as { id: string } | null | undefined;
        const leads = ['customerNumber', 'customerName'].includes(column.key) && customer;
        return leads ? <RecordLink to="/customers/$id" id={customer.id} text={text} /> : null;
      }}
    />
  );
}

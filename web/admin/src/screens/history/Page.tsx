import { ListScreen } from '../../grid/ListView';
import { RecordLink } from '../../grid/RecordLink';
import { factsOf, HISTORY } from './rows';

export default function HistoryPage() {
  return (
    <ListScreen
      source={HISTORY}
      of={factsOf}
      icon="history"
      renderCell={(column, row, text) => {
        const customer = row.customer as { id: string } | null | undefined;
        return column.key === 'customerNumber' && customer ? (
          <RecordLink to="/customers/$id" id={customer.id} text={text} />
        ) : null;
      }}
    />
  );
}

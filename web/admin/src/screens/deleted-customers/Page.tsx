import { ListScreen } from '../../grid/ListView';
import { DELETED_CUSTOMERS, factsOf } from './rows';

export default function DeletedCustomersPage() {
  return <ListScreen source={DELETED_CUSTOMERS} of={factsOf} icon="person" />;
}

import { ListScreen } from '../../grid/ListView';
import { factsOf, STAFF_HISTORY } from './rows';

export default function StaffHistoryPage() {
  return <ListScreen source={STAFF_HISTORY} of={factsOf} icon="history" />;
}

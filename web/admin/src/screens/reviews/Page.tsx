import { ListScreen } from '../../grid/ListView';
import { factsOf, REVIEWS } from './rows';

export default function ReviewsPage() {
  return <ListScreen source={REVIEWS} of={factsOf} icon="edit" />;
}

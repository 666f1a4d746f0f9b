import type { CustomerSelectionCreateInput } from '../../generated/graphql';
import type { OpenList } from '../../grid/ListView';

/** What is selected, as the service takes it: ids, or all that match without some; all that match where nothing is. */
export function selectionOf({ selection, state }: OpenList): CustomerSelectionCreateInput {
  const { scope, ids } = selection.selected;
  if (scope === 'ids' && ids.size > 0) return { selection: { ids: [...ids] } } as CustomerSelectionCreateInput;
  return {
    selection: state.filter ? { filter: state.filter } : { everything: true },
    search: state.search || null,
    exceptIds: ids.size ? [...ids] : null,
  } as CustomerSelectionCreateInput;
}

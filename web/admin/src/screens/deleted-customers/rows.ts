import {
  DeletedCountDocument,
  DeletedFacetsDocument,
  DeletedListDocument,
  type DeletedListQuery,
  DeletedRowsDocument,
} from '../../generated/graphql';
import type { GridFacts } from '../../grid/labels';
import { defineList } from '../../grid/source';

export const DELETED_CUSTOMERS = defineList({
  name: 'deleted-customers',
  grid: 'DELETED_CUSTOMERS',
  content: 'deletedCustomers',
  list: DeletedListDocument,
  rows: DeletedRowsDocument,
  count: DeletedCountDocument,
  facets: DeletedFacetsDocument,
});

export function factsOf(list: DeletedListQuery): GridFacts {
  const websites = (list.websites ?? []).map(({ id, name }) => ({ value: id, label: name }));
  return { enums: { actor: 'HistoryActor' }, options: { website: websites } };
}

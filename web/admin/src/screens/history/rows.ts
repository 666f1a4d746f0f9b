import {
  HistoryCountDocument,
  HistoryFacetsDocument,
  HistoryListDocument,
  type HistoryListQuery,
  HistoryRowsDocument,
  type HistoryRowsQuery,
} from '../../generated/graphql';
import type { GridFacts } from '../../grid/labels';
import { defineList } from '../../grid/source';

type Node = NonNullable<HistoryRowsQuery['rows']>['nodes'][number];

export const HISTORY = defineList({
  name: 'history',
  grid: 'HISTORY',
  content: 'history',
  list: HistoryListDocument,
  rows: HistoryRowsDocument,
  count: HistoryCountDocument,
  facets: HistoryFacetsDocument,
  rowOf: ({ id, customer, gridRow }: Node) => ({ ...gridRow, id, customer }),
});

export function factsOf(list: HistoryListQuery): GridFacts {
  const websites = (list.websites ?? []).map(({ id, name }) => ({ value: id, label: name }));
  return { enums: { actor: 'HistoryActor', kind: 'HistoryKind' }, options: { website: websites } };
}

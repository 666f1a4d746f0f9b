import {
  OnlineCountDocument,
  OnlineFacetsDocument,
  OnlineListDocument,
  OnlineRowsDocument,
} from '../../generated/graphql';
import type { GridFacts } from '../../grid/labels';
import { defineList } from '../../grid/source';

export const NOW_ONLINE = defineList({
  name: 'now-online',
  grid: 'NOW_ONLINE',
  content: 'nowOnline',
  list: OnlineListDocument,
  rows: OnlineRowsDocument,
  count: OnlineCountDocument,
  facets: OnlineFacetsDocument,
  // A visitor is nobody in particular.
  rowOf: ({ gridRow }: { gridRow: Record<string, unknown> & { customer?: { id: string } | null } }, place) => ({
    ...gridRow,
    id: gridRow.customer?.id ?? `visitor ${place}`,
  }),
});

export function factsOf(): GridFacts {
  return { enums: { kind: 'VisitorKind' }, options: {} };
}

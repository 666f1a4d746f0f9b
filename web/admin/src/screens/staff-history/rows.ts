import {
  StaffHistoryCountDocument,
  StaffHistoryFacetsDocument,
  StaffHistoryListDocument,
  StaffHistoryRowsDocument,
} from '../../generated/graphql';
import type { GridFacts } from '../../grid/labels';
import { defineList } from '../../grid/source';

export const STAFF_HISTORY = defineList({
  name: 'staff-history',
  grid: 'STAFF_HISTORY',
  content: 'staffHistory',
  list: StaffHistoryListDocument,
  rows: StaffHistoryRowsDocument,
  count: StaffHistoryCountDocument,
  facets: StaffHistoryFacetsDocument,
});

export function factsOf(): GridFacts {
  return { enums: { actor: 'StaffActor', kind: 'StaffEventKind' }, options: {} };
}

import {
  StaffCountDocument,
  StaffFacetsDocument,
  StaffListDocument,
  type StaffListQuery,
  StaffRowsDocument,
} from '../../generated/graphql';
import type { GridFacts } from '../../grid/labels';
import { defineList } from '../../grid/source';

export const STAFF = defineList({
  name: 'staff',
  grid: 'STAFF_USERS',
  content: 'staffUsers',
  list: StaffListDocument,
  rows: StaffRowsDocument,
  count: StaffCountDocument,
  facets: StaffFacetsDocument,
});

export function factsOf({ staffRoles }: StaffListQuery): GridFacts {
  return {
    enums: {},
    options: { assignedRole: (staffRoles ?? []).map(({ id, name }) => ({ value: id, label: name })) },
  };
}

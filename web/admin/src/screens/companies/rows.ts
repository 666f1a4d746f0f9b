import {
  CompaniesCountDocument,
  CompaniesFacetsDocument,
  CompaniesListDocument,
  type CompaniesListQuery,
  CompaniesRowsDocument,
} from '../../generated/graphql';
import type { GridFacts } from '../../grid/labels';
import { defineList } from '../../grid/source';

export const COMPANIES = defineList({
  name: 'companies',
  grid: 'COMPANIES',
  content: 'companies',
  list: CompaniesListDocument,
  rows: CompaniesRowsDocument,
  count: CompaniesCountDocument,
  facets: CompaniesFacetsDocument,
});

export function factsOf(list: CompaniesListQuery): GridFacts {
  const named = (given: { id: string; name: string }[]) => given.map(({ id, name }) => ({ value: id, label: name }));
  const groups = list.customerGroups?.nodes ?? [];
  return {
    enums: { kind: 'CompanyKind', status: 'CompanyStatus', adminGender: 'Gender' },
    options: {
      group: named(groups),
      assignableGroup: named(groups.filter((group) => group.isAssignable)),
      website: named(list.websites ?? []),
    },
  };
}

/** Requests that wait for a decision. */
export const PENDING = { isPending: { eq: true } };

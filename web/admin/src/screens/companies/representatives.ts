import { queryOptions, useQuery } from '@tanstack/react-query';
import { CompanyRepresentativesDocument } from '../../generated/graphql';
import { request } from '../../graph/request';
import { usePermission } from '../../graph/viewer';
import type { Option } from '../../grid/labels';

const QUERY = queryOptions({
  queryKey: ['companies', 'representatives'],
  queryFn: ({ signal }) => request(CompanyRepresentativesDocument, {}, { signal, isPartial: true }),
  staleTime: 60_000,
});

/** Staff users who can look after companies, for those who may change companies. */
export function useRepresentatives(): Option[] {
  const { data } = useQuery({ ...QUERY, enabled: usePermission('COMPANIES_WRITE') });
  return (data?.salesRepresentatives ?? []).map(({ id, name }) => ({ value: id, label: name }));
}

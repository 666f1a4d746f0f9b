import { queryOptions, useQuery } from '@tanstack/react-query';
import { CompanyRepresentativesDocument } from '../../generated/graphql';
import { request } from '../../graph/request';
import { usePermission } from '../../graph/viewer';
import type { Option } from '../../grid/labels';

function representativesQuery(isStaffKnown: boolean) {
  return queryOptions({
    queryKey: ['companies', 'representatives', isStaffKnown],
    queryFn: ({ signal }) => request(CompanyRepresentativesDocument, { isStaffKnown }, { signal, isPartial: true }),
    staleTime: 60_000,
  });
}

/** Staff users who can look after companies: all for those who see them, else those who do already. */
export function useRepresentatives(): Option[] {
  const { data } = useQuery(representativesQuery(usePermission('STAFF_MANAGE')));
  const known = (data?.companies?.facets?.[0]?.values ?? []).flatMap(({ value, label }) =>
    value ? [{ value, label: label ?? value }] : [],
  );
  const all = (data?.staffUsers?.nodes ?? []).map(({ id, name }) => ({ value: id, label: name }));
  const byId = new Map([...known, ...all].map((one) => [one.value, one]));
  return [...byId.values()].toSorted((one, other) => one.label.localeCompare(other.label));
}

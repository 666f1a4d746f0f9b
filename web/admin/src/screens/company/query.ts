import { queryOptions, useQuery } from '@tanstack/react-query';
import { CompanyHeaderDocument, type CompanyHeaderQuery } from '../../generated/graphql';
import { type May, may } from '../../graph/capabilities';
import { queryClient } from '../../graph/queries';
import { request } from '../../graph/request';

export type Company = NonNullable<CompanyHeaderQuery['company']>;

export function headerQuery(id: string) {
  return queryOptions({
    queryKey: ['company', id, 'header'],
    queryFn: ({ signal }) => request(CompanyHeaderDocument, { id }, { signal, isPartial: true }),
  });
}

/** What the header has read, for the parts below it: they never read it again by themselves. */
export function useHeader(id: string): Company | undefined {
  return useQuery({ ...headerQuery(id), refetchOnMount: false }).data?.company ?? undefined;
}

/** What may be done to the company of this page now. */
export function useMay(id: string): (action: string) => May {
  const capabilities = useHeader(id)?.capabilities ?? [];
  return (action) => may(capabilities, action);
}

/** After a change: all that is shown of the company is read again, each tab when it is open. */
export async function refreshCompany(id: string): Promise<void> {
  void queryClient.invalidateQueries({ queryKey: ['companies'] });
  void queryClient.invalidateQueries({ queryKey: ['customer'] });
  await queryClient.invalidateQueries({ queryKey: ['company', id] });
}

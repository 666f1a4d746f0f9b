import { queryOptions, useQuery } from '@tanstack/react-query';
import { CustomerHeaderDocument, type CustomerHeaderQuery } from '../../generated/graphql';
import { queryClient } from '../../graph/queries';
import { request } from '../../graph/request';

export type Customer = NonNullable<CustomerHeaderQuery['customer']>;

export function headerQuery(id: string) {
  return queryOptions({
    queryKey: ['customer', id, 'header'],
    queryFn: ({ signal }) => request(CustomerHeaderDocument, { id }, { signal }),
  });
}

/** What the header has read, for the parts below it: they never read it again by themselves. */
export function useHeader(id: string): Customer | undefined {
  return useQuery({ ...headerQuery(id), refetchOnMount: false }).data?.customer ?? undefined;
}

/** After a change: all that is shown of the customer is read again, each tab when it is open. */
export async function refreshCustomer(id: string): Promise<void> {
  void queryClient.invalidateQueries({ queryKey: ['customers'] });
  await queryClient.invalidateQueries({ queryKey: ['customer', id] });
}

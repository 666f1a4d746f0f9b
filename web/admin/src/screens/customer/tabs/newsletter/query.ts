import { queryOptions } from '@tanstack/react-query';
import { CustomerNewsletterDocument } from '../../../../generated/graphql';
import { request } from '../../../../graph/request';

export function newsletterQuery(id: string) {
  return queryOptions({
    queryKey: ['customer', id, 'newsletter'],
    queryFn: ({ signal }) => request(CustomerNewsletterDocument, { id }, { signal, isPartial: true }),
  });
}

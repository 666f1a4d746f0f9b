import { queryOptions } from '@tanstack/react-query';
import { CustomerMailsDocument } from '../../../../generated/graphql';
import { request } from '../../../../graph/request';

export function mailsQuery(id: string) {
  return queryOptions({
    queryKey: ['customer', id, 'mails'],
    queryFn: ({ signal }) => request(CustomerMailsDocument, { id }, { signal, isPartial: true }),
  });
}

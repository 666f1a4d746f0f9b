import { queryOptions } from '@tanstack/react-query';
import { CustomerNotesDocument } from '../../../../generated/graphql';
import { request } from '../../../../graph/request';

export function notesQuery(id: string) {
  return queryOptions({
    queryKey: ['customer', id, 'notes'],
    queryFn: ({ signal }) => request(CustomerNotesDocument, { id }, { signal, isPartial: true }),
  });
}

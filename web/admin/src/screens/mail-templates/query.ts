import { queryOptions } from '@tanstack/react-query';
import { MailTemplatesDocument, type MailTemplatesQuery } from '../../generated/graphql';
import { request } from '../../graph/request';

export type Template = NonNullable<MailTemplatesQuery['mailTemplates']>[number];

export function templatesQuery(storeViewId: string) {
  return queryOptions({
    queryKey: ['mail-templates', storeViewId],
    queryFn: ({ signal }) => request(MailTemplatesDocument, { storeViewId }, { signal }),
  });
}

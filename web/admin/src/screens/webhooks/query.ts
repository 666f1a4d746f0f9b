import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query';
import type { Field } from '../../form/fields';
import {
  type EventType,
  type WebhookContent,
  WebhookDeliveriesDocument,
  type WebhookDeliveryStatus,
  type WebhookFactsFragment,
  type WebhookFormat,
  WebhooksDocument,
  type WebhooksQuery,
} from '../../generated/graphql';
import { queryClient } from '../../graph/queries';
import { request } from '../../graph/request';

export type Webhook = WebhookFactsFragment;

export const webhooksQuery = queryOptions({
  queryKey: ['webhooks', 'list'],
  queryFn: ({ signal }) => request(WebhooksDocument, {}, { signal, isPartial: true }),
});

export function refreshWebhooks(): Promise<void> {
  return queryClient.invalidateQueries({ queryKey: ['webhooks'] });
}

export function deliveriesQuery(id: string, status: WebhookDeliveryStatus | '') {
  return infiniteQueryOptions({
    queryKey: ['webhooks', id, 'deliveries', status],
    initialPageParam: null as string | null,
    queryFn: ({ pageParam, signal }) => {
      const filter = status ? { status: { eq: status } } : null;
      return request(WebhookDeliveriesDocument, { id, after: pageParam, filter }, { signal });
    },
    getNextPageParam: ({ webhook }) => {
      const page = webhook?.deliveries?.pageInfo;
      return page?.hasNextPage ? page.endCursor : undefined;
    },
  });
}

type Translate = (key: string) => string;
const FORMATS: WebhookFormat[] = ['STANDARD', 'CLOUDEVENTS'];
const CONTENTS: WebhookContent[] = ['THIN', 'PROFILE'];

/** What a webhook is asked for, when it is made and when it is changed. */
export function webhookFields({ websites, eventTypes }: WebhooksQuery, t: Translate): Field[] {
  const named = (values: string[], name: string) =>
    values.map((value) => ({ value, label: t(`values:${name}.${value}`) }));
  return [
    { name: 'name', label: t('name'), isRequired: true },
    { name: 'url', label: t('url'), hint: t('urlHint'), isRequired: true },
    {
      name: 'types',
      label: t('types'),
      kind: 'multi',
      isRequired: true,
      options: named(
        (eventTypes ?? []).map((one) => one.type),
        'EventType',
      ),
    },
    { name: 'format', label: t('format'), kind: 'select', options: named(FORMATS, 'WebhookFormat') },
    { name: 'content', label: t('content'), kind: 'select', options: named(CONTENTS, 'WebhookContent') },
    {
      name: 'websiteIds',
      label: t('form:websites'),
      hint: t('websitesHint'),
      kind: 'multi',
      options: (websites ?? []).map(({ id, name }) => ({ value: id, label: name })),
    },
  ];
}

type Given = Record<string, unknown>;

/** No website chosen means all of them. */
export function readInput({ websiteIds, ...rest }: Given) {
  const chosen = websiteIds as string[] | undefined;
  return {
    ...rest,
    ...(chosen === undefined ? {} : { websiteIds: chosen.length > 0 ? chosen : null }),
  } as { name: string; url: string; types: EventType[]; format: WebhookFormat; content: WebhookContent };
}

import Link from '@mui/material/Link';
import Stack from '@mui/material/Stack';
import { useQuery } from '@tanstack/react-query';
import { createLink, type LinkComponent, useParams } from '@tanstack/react-router';
import { lazy, Suspense, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useFormats } from '../../app/formats';
import { ActionButton } from '../../components/ActionButton';
import { DataTable } from '../../components/DataTable';
import { Empty } from '../../components/Empty';
import { PageHeader } from '../../components/PageHeader';
import { QueryFrame } from '../../components/QueryFrame';
import type { WebhooksQuery } from '../../generated/graphql';
import { webhooksQuery } from './query';
import { WebhookPage } from './WebhookPage';

const NewWebhookDialog = lazy(() => import('./NewWebhookDialog'));
const RouteLink = createLink(Link) as LinkComponent<typeof Link>;

export default function WebhooksPage() {
  const { id } = useParams({ strict: false }) as { id?: string };
  const { t } = useTranslation('webhooks');
  return (
    <QueryFrame query={useQuery(webhooksQuery)}>
      {(data) => {
        if (!id) return <WebhookList data={data} />;
        const webhook = data.webhooks?.find((one) => one.id === id);
        if (!webhook) return <Empty icon="next" title={t('unknown')} text={t('unknownText')} />;
        return <WebhookPage key={id} webhook={webhook} data={data} />;
      }}
    </QueryFrame>
  );
}

/** Where events are sent to, and whether they arrive. */
function WebhookList({ data }: { data: WebhooksQuery }) {
  const { t } = useTranslation(['webhooks', 'values']);
  const formats = useFormats();
  const [isOpen, setOpen] = useState(false);
  const webhooks = data.webhooks ?? [];
  return (
    <Stack spacing={2}>
      <PageHeader title={t('title')}>
        <ActionButton variant="contained" label={t('add')} onClick={() => setOpen(true)} />
      </PageHeader>
      {webhooks.length === 0 ? (
        <Empty icon="next" title={t('none')} text={t('noneText')} />
      ) : (
        <DataTable
          label={t('title')}
          heads={[t('name'), t('url'), t('status'), t('failures'), t('created')]}
          rows={webhooks}
          keyOf={(one) => one.id}
          cells={(one) => [
            <RouteLink key="name" to={'/webhooks/$id' as never} params={{ id: one.id } as never}>
              {one.name}
            </RouteLink>,
            one.url,
            t(`values:WebhookStatus.${one.status}`),
            one.failureCount ? `${formats.number(one.failureCount)}, ${formats.dateTime(one.failingSince)}` : null,
            formats.dateTime(one.createdAt),
          ]}
        />
      )}
      <Suspense fallback={null}>
        {isOpen ? <NewWebhookDialog data={data} onClose={() => setOpen(false)} /> : null}
      </Suspense>
    </Stack>
  );
}

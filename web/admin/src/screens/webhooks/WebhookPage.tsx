import Alert from '@mui/material/Alert';
import Chip from '@mui/material/Chip';
import Stack from '@mui/material/Stack';
import { useNavigate } from '@tanstack/react-router';
import { lazy, Suspense, useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useFormats } from '../../app/formats';
import { ActionButton } from '../../components/ActionButton';
import { PageHeader } from '../../components/PageHeader';
import type { Values } from '../../form/fields';
import { RecordForm } from '../../form/RecordForm';
import { WebhookSaveDocument, type WebhooksQuery } from '../../generated/graphql';
import { request } from '../../graph/request';
import { Deliveries } from './Deliveries';
import { readInput, refreshWebhooks, type Webhook, webhookFields } from './query';
import type { WebhookAction } from './WebhookDialog';

const WebhookDialog = lazy(() => import('./WebhookDialog'));

/** One webhook: what is sent where, what became of it, and what can be done about it. */
export function WebhookPage({ webhook, data }: { webhook: Webhook; data: WebhooksQuery }) {
  const { t } = useTranslation(['webhooks', 'values', 'form']);
  const navigate = useNavigate();
  const formats = useFormats();
  const [open, setOpen] = useState<WebhookAction | null>(null);
  const isOn = webhook.status === 'ACTIVE';
  const initial = useMemo((): Values => {
    const { name, url, types, format, content, websiteIds } = webhook;
    return { name, url, types, format, content, websiteIds: websiteIds ?? [] };
  }, [webhook]);
  const actions: WebhookAction[] = ['test', 'replay', 'rotate', isOn ? 'disable' : 'enable', 'delete'];
  return (
    <Stack spacing={2}>
      <PageHeader title={webhook.name}>
        <Chip size="small" label={t(`values:WebhookStatus.${webhook.status}`)} />
        {actions.map((action) => (
          <ActionButton
            key={action}
            label={t(`action.${action}`)}
            color={action === 'delete' ? 'error' : 'primary'}
            reason={!isOn && action === 'replay' ? t('isOff') : null}
            onClick={() => setOpen(action)}
          />
        ))}
      </PageHeader>
      {webhook.disabledReason ? (
        <Alert severity="warning">{t(`values:WebhookDisabledReason.${webhook.disabledReason}`)}</Alert>
      ) : null}
      {webhook.failingSince ? (
        <Alert severity="warning">{t('failing', { since: formats.dateTime(webhook.failingSince) })}</Alert>
      ) : null}
      <RecordForm
        label={webhook.name}
        version={webhook.version}
        initial={initial}
        sections={[{ fields: webhookFields(data, t as never) }]}
        save={async (changed) => {
          const input = { id: webhook.id, ...readInput(changed) };
          return { errors: (await request(WebhookSaveDocument, { input })).webhookUpdate?.userErrors ?? [] };
        }}
        onSaved={refreshWebhooks}
        onBack={() => void navigate({ to: '/webhooks' as never })}
      />
      <Deliveries id={webhook.id} />
      <Suspense fallback={null}>
        {open ? (
          <WebhookDialog
            action={open}
            webhook={webhook}
            onClose={() => setOpen(null)}
            onStarted={(job) => void navigate({ to: '/jobs' as never, search: { job } as never })}
            onDeleted={() => void navigate({ to: '/webhooks' as never })}
          />
        ) : null}
      </Suspense>
    </Stack>
  );
}

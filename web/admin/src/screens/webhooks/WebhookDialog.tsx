import Alert from '@mui/material/Alert';
import { useTranslation } from 'react-i18next';
import { SecretOnce } from '../../components/SecretOnce';
import ActionDialog, { type Done } from '../../form/ActionDialog';
import type { Field, Values } from '../../form/fields';
import {
  WebhookRemoveDocument,
  WebhookReplayStartDocument,
  WebhookSaveDocument,
  WebhookSecretRenewDocument,
  WebhookTryDocument,
} from '../../generated/graphql';
import { request } from '../../graph/request';
import { refreshWebhooks, type Webhook } from './query';

export type WebhookAction = 'test' | 'replay' | 'rotate' | 'enable' | 'disable' | 'delete';

interface Props {
  action: WebhookAction;
  webhook: Webhook;
  onStarted: (jobId: string) => void;
  onDeleted: () => void;
  onClose: () => void;
}

export default function WebhookDialog({ action, webhook, onStarted, onDeleted, onClose }: Props) {
  const { t } = useTranslation('webhooks');
  const { id } = webhook;
  const fields: Field[] =
    action === 'rotate' ? [{ name: 'overlapHours', label: t('overlap'), kind: 'number', hint: t('overlapHint') }] : [];

  async function run({ overlapHours }: Values, key: string): Promise<Done> {
    switch (action) {
      case 'test': {
        const done = (await request(WebhookTryDocument, { input: { id } })).webhookTest;
        const last = done?.delivery?.attempts.at(-1);
        const hasArrived = done?.delivery?.status === 'DELIVERED';
        const told = last ? (last.error ?? `HTTP ${last.statusCode}`) : t('isQueued');
        const result = <Alert severity={hasArrived ? 'success' : 'info'}>{hasArrived ? t('arrived') : told}</Alert>;
        return { errors: done?.userErrors ?? [], result };
      }
      case 'rotate': {
        const input = { id, overlapHours: Number(overlapHours) };
        const done = (await request(WebhookSecretRenewDocument, { input })).webhookSecretRotate;
        const result = done?.secret ? <SecretOnce label={t('secret')} secret={done.secret} /> : undefined;
        return { errors: done?.userErrors ?? [], result };
      }
      case 'replay': {
        const done = (await request(WebhookReplayStartDocument, { input: { id, idempotencyKey: key } })).webhookReplay;
        if (done?.job) onStarted(done.job.id);
        return { errors: done?.userErrors ?? [] };
      }
      case 'delete': {
        const errors = (await request(WebhookRemoveDocument, { input: { id } })).webhookDelete?.userErrors ?? [];
        if (errors.length === 0) onDeleted();
        return { errors };
      }
      default: {
        const status = action === 'enable' ? ('ACTIVE' as const) : ('DISABLED' as const);
        return {
          errors: (await request(WebhookSaveDocument, { input: { id, status } })).webhookUpdate?.userErrors ?? [],
        };
      }
    }
  }

  return (
    <ActionDialog
      title={t(`action.${action}`)}
      text={t(`about.${action}`, { name: webhook.name })}
      confirm={t(`action.${action}`)}
      isDangerous={action === 'delete'}
      fields={fields}
      initial={{ overlapHours: '24' }}
      run={run}
      onDone={refreshWebhooks}
      onClose={onClose}
    />
  );
}

import { useTranslation } from 'react-i18next';
import { SecretOnce } from '../../components/SecretOnce';
import ActionDialog from '../../form/ActionDialog';
import { WebhookAddDocument, type WebhooksQuery } from '../../generated/graphql';
import { request } from '../../graph/request';
import { readInput, refreshWebhooks, webhookFields } from './query';

/** A new webhook; its secret, with which its receiver checks what arrives, is shown once. */
export default function NewWebhookDialog({ data, onClose }: { data: WebhooksQuery; onClose: () => void }) {
  const { t } = useTranslation(['webhooks', 'values', 'form']);
  return (
    <ActionDialog
      title={t('add')}
      confirm={t('add')}
      fields={webhookFields(data, t as never)}
      initial={{ name: '', url: '', types: [], format: 'STANDARD', content: 'THIN', websiteIds: [] }}
      run={async (values) => {
        const done = (await request(WebhookAddDocument, { input: readInput(values) })).webhookCreate;
        const result = done?.secret ? <SecretOnce label={t('secret')} secret={done.secret} /> : undefined;
        return { errors: done?.userErrors ?? [], result };
      }}
      onDone={refreshWebhooks}
      onClose={onClose}
    />
  );
}

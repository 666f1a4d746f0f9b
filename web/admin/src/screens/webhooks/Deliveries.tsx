import MenuItem from '@mui/material/MenuItem';
import Stack from '@mui/material/Stack';
import TextField from '@mui/material/TextField';
import Typography from '@mui/material/Typography';
import { useInfiniteQuery, useMutation } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { useFormats } from '../../app/formats';
import { ActionButton } from '../../components/ActionButton';
import { DataTable } from '../../components/DataTable';
import { Empty } from '../../components/Empty';
import { Failure } from '../../components/Failure';
import { MoreButton } from '../../components/MoreButton';
import { QueryFrame } from '../../components/QueryFrame';
import { WebhookDeliverAgainDocument, type WebhookDeliveryStatus } from '../../generated/graphql';
import { request } from '../../graph/request';
import { deliveriesQuery, refreshWebhooks } from './query';

const STATES: WebhookDeliveryStatus[] = ['PENDING', 'DELIVERED', 'DEAD'];

/** What was sent, newest first, and what its receiver answered. */
export function Deliveries({ id }: { id: string }) {
  const { t } = useTranslation(['webhooks', 'values', 'form']);
  const formats = useFormats();
  const navigate = useNavigate();
  const { status = '' } = useSearch({ strict: false }) as { status?: WebhookDeliveryStatus | '' };
  const query = useInfiniteQuery(deliveriesQuery(id, status));
  const retry = useMutation({
    mutationFn: async (delivery: string) =>
      (await request(WebhookDeliverAgainDocument, { input: { ids: [delivery] } })).webhookDeliveryRetry?.userErrors ??
      [],
    onSuccess: refreshWebhooks,
  });
  return (
    <section>
      <Stack direction="row" sx={{ flexWrap: 'wrap', gap: 1, alignItems: 'center', mb: 1 }}>
        <Typography variant="h2" sx={{ flexGrow: 1 }}>
          {t('deliveries')}
        </Typography>
        <TextField
          select
          label={t('status')}
          value={status}
          onChange={(event) => void navigate({ to: '.', search: { status: event.target.value } as never })}
          slotProps={{ select: { displayEmpty: true }, inputLabel: { shrink: true } }}
          sx={{ minWidth: 180 }}
        >
          <MenuItem value="">{t('allDeliveries')}</MenuItem>
          {STATES.map((one) => (
            <MenuItem key={one} value={one}>
              {t(`values:WebhookDeliveryStatus.${one}`)}
            </MenuItem>
          ))}
        </TextField>
      </Stack>
      {retry.error ? <Failure error={retry.error} /> : null}
      {retry.data?.map((error) => (
        <Typography key={error.key} role="alert" color="error">
          {error.message}
        </Typography>
      ))}
      <QueryFrame query={query}>
        {({ pages }) => {
          const all = pages.flatMap(({ webhook }) => webhook?.deliveries?.nodes ?? []);
          if (all.length === 0) return <Empty icon="next" title={t(status ? 'noSuchDeliveries' : 'noDeliveries')} />;
          return (
            <>
              <DataTable
                label={t('deliveries')}
                heads={[t('occurred'), t('event'), t('status'), t('attempts'), t('actions')]}
                rows={all}
                keyOf={(one) => one.id}
                cells={(one) => [
                  formats.dateTime(one.occurredAt),
                  one.type ? t(`values:EventType.${one.type}`) : t('testEvent'),
                  t(`values:WebhookDeliveryStatus.${one.status}`),
                  one.attempts
                    .map((attempt) => {
                      const told = attempt.error ?? `HTTP ${attempt.statusCode}`;
                      return `${formats.dateTime(attempt.attemptedAt)}: ${told}, ${formats.number(attempt.milliseconds)} ms`;
                    })
                    .join('\n'),
                  <ActionButton
                    key="retry"
                    label={t('again')}
                    reason={one.status === 'PENDING' ? t('isQueued') : null}
                    disabled={retry.isPending}
                    onClick={() => retry.mutate(one.id)}
                  />,
                ]}
              />
              <MoreButton query={query} />
            </>
          );
        }}
      </QueryFrame>
    </section>
  );
}

import Alert from '@mui/material/Alert';
import Button from '@mui/material/Button';
import { useMutation, useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { useFormats } from '../../../../app/formats';
import { DataTable } from '../../../../components/DataTable';
import { Failure } from '../../../../components/Failure';
import { QueryFrame } from '../../../../components/QueryFrame';
import { CustomerSubscribeDocument } from '../../../../generated/graphql';
import { request } from '../../../../graph/request';
import { useMay } from '../../capabilities';
import { refreshCustomer, useHeader } from '../../query';
import { newsletterQuery } from './query';

/** A line for each store view of the customer's website, subscribed or not. */
export default function NewsletterPanel({ id }: { id: string }) {
  const { t } = useTranslation(['customer', 'values']);
  const formats = useFormats();
  const { isShown } = useMay(id)('CUSTOMER_SUBSCRIPTION_SET');
  const websiteId = useHeader(id)?.website.id;
  const set = useMutation({
    mutationFn: async ({ storeViewId, isSubscribed }: { storeViewId: string; isSubscribed: boolean }) => {
      const done = await request(CustomerSubscribeDocument, { input: { customerId: id, storeViewId, isSubscribed } });
      return done.customerSubscriptionSet?.userErrors ?? [];
    },
    onSuccess: () => refreshCustomer(id),
  });
  return (
    <QueryFrame query={useQuery(newsletterQuery(id))}>
      {({ customer, websites }) => {
        const subscriptions = customer?.newsletterSubscriptions ?? [];
        const own = websites?.find((website) => website.id === websiteId);
        const views = own?.stores.flatMap((store) => store.storeViews) ?? [];
        const rows = views.map((view) => ({ view, stored: subscriptions.find((one) => one.storeView.id === view.id) }));
        return (
          <>
            {set.error ? <Failure error={set.error} /> : null}
            {set.data?.map((error) => (
              <Alert key={error.key} severity="error" role="alert">
                {error.message}
              </Alert>
            ))}
            <DataTable
              label={t('tab.newsletter')}
              heads={[t('storeView'), t('orderStatus'), t('when'), t('actions')]}
              rows={rows}
              keyOf={({ view }) => view.id}
              cells={({ view, stored }) => {
                const isSubscribed = stored?.status === 'SUBSCRIBED';
                return [
                  view.name,
                  stored ? t(`values:SubscriptionStatus.${stored.status}`) : t('neverSubscribed'),
                  formats.dateTime(stored?.changedAt),
                  isShown ? (
                    <Button
                      key="set"
                      disabled={set.isPending}
                      aria-label={t(isSubscribed ? 'unsubscribeFrom' : 'subscribeTo', { name: view.name })}
                      onClick={() => set.mutate({ storeViewId: view.id, isSubscribed: !isSubscribed })}
                    >
                      {t(isSubscribed ? 'unsubscribe' : 'subscribe')}
                    </Button>
                  ) : null,
                ];
              }}
            />
          </>
        );
      }}
    </QueryFrame>
  );
}

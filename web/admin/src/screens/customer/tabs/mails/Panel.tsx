import Alert from '@mui/material/Alert';
import Button from '@mui/material/Button';
import { useMutation, useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { useFormats } from '../../../../app/formats';
import { DataTable } from '../../../../components/DataTable';
import { Empty } from '../../../../components/Empty';
import { Failure } from '../../../../components/Failure';
import { QueryFrame } from '../../../../components/QueryFrame';
import { CustomerMailRetryDocument } from '../../../../generated/graphql';
import { request } from '../../../../graph/request';
import { usePermission } from '../../../../graph/viewer';
import { refreshCustomer } from '../../query';
import { mailsQuery } from './query';

/** The newest fifty mails to the customer; one that failed can be sent again. */
export default function MailsPanel({ id }: { id: string }) {
  const { t } = useTranslation(['customer', 'values']);
  const formats = useFormats();
  const canRetry = usePermission('MAIL_MANAGE');
  const retry = useMutation({
    mutationFn: async (mail: string) =>
      (await request(CustomerMailRetryDocument, { input: { id: mail } })).mailRetry?.userErrors ?? [],
    onSuccess: () => refreshCustomer(id),
  });
  return (
    <QueryFrame query={useQuery(mailsQuery(id))}>
      {({ customer }) => {
        const mails = customer?.mails.nodes ?? [];
        if (mails.length === 0) return <Empty icon="mail" title={t('noMails')} />;
        return (
          <>
            {retry.error ? <Failure error={retry.error} /> : null}
            {retry.data?.map((error) => (
              <Alert key={error.key} severity="error" role="alert">
                {error.message}
              </Alert>
            ))}
            <DataTable
              label={t('tab.mails')}
              heads={[t('subject'), t('recipient'), t('orderStatus'), t('when'), t('mailError'), t('actions')]}
              rows={mails}
              keyOf={(mail) => mail.id}
              cells={(mail) => [
                mail.subject ?? '–',
                mail.recipient,
                t(`values:MailStatus.${mail.status}`),
                formats.dateTime(mail.sentAt ?? mail.createdAt),
                mail.error,
                mail.status === 'DEAD' && canRetry ? (
                  <Button
                    key="retry"
                    disabled={retry.isPending}
                    aria-label={t('resendMail', { subject: mail.subject })}
                    onClick={() => retry.mutate(mail.id)}
                  >
                    {t('resend')}
                  </Button>
                ) : null,
              ]}
            />
          </>
        );
      }}
    </QueryFrame>
  );
}

import Button from '@mui/material/Button';
import { useQueryClient } from '@tanstack/react-query';
import { lazy, Suspense, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { BulkBar } from '../../grid/BulkBar';
import { ListScreen } from '../../grid/ListView';
import { RecordLink } from '../../grid/RecordLink';
import { retryMails } from './retry';
import { DEAD_MAILS, factsOf } from './rows';

const ActionDialog = lazy(() => import('../../form/ActionDialog'));

/** Mails that failed and are not tried again by themselves. */
export default function MailsPage() {
  const { t } = useTranslation('mails');
  const client = useQueryClient();
  const [ids, setIds] = useState<string[]>([]);
  const [news, setNews] = useState('');
  return (
    <>
      <ListScreen
        source={DEAD_MAILS}
        of={factsOf}
        icon="mail"
        news={news}
        onOpen={(row) => setIds([row.id])}
        bulk={({ selection, page }) => (
          // Without a total nobody selects what no page has shown: mails are retried one by one.
          <BulkBar selection={selection} page={page} total={undefined} isExact>
            <Button variant="contained" size="small" onClick={() => setIds([...selection.selected.ids])}>
              {t('retry')}
            </Button>
          </BulkBar>
        )}
        renderCell={(column, row, text) => {
          const customer = row.customer as { id: string } | null | undefined;
          return column.key === 'customer' && customer ? (
            <RecordLink to="/customers/$id" id={customer.id} text={text} />
          ) : null;
        }}
      />
      <Suspense fallback={null}>
        {ids.length > 0 ? (
          <ActionDialog
            title={t('retry')}
            text={t('retryText', { count: ids.length })}
            confirm={t('retry')}
            run={async () => {
              const done = await retryMails(ids);
              await client.invalidateQueries({ queryKey: ['mails'] });
              return done;
            }}
            onDone={() => setNews(t('retried', { count: ids.length }))}
            onClose={() => setIds([])}
          />
        ) : null}
      </Suspense>
    </>
  );
}

import Skeleton from '@mui/material/Skeleton';
import Stack from '@mui/material/Stack';
import { useQuery } from '@tanstack/react-query';
import { useParams } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { Empty } from '../../components/Empty';
import { QueryFrame } from '../../components/QueryFrame';
import { RecordTabs } from '../../components/RecordTabs';
import { Header } from './Header';
import { headerQuery } from './query';
import { TABS } from './tab';

export default function CustomerPage() {
  const { t } = useTranslation('customer');
  const { id = '' } = useParams({ strict: false }) as { id?: string };
  const header = useQuery(headerQuery(id));
  return (
    <QueryFrame query={header} skeleton={<Skeleton variant="rounded" height={160} />}>
      {({ customer }) =>
        customer ? (
          <Stack spacing={2}>
            <Header customer={customer} />
            <RecordTabs id={id} all={TABS} texts="customer" />
          </Stack>
        ) : (
          <Empty icon="person" title={t('unknown')} text={t('unknownText')} />
        )
      }
    </QueryFrame>
  );
}

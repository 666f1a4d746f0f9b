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

export default function CompanyPage() {
  const { t } = useTranslation('company');
  const { id = '' } = useParams({ strict: false }) as { id?: string };
  const header = useQuery(headerQuery(id));
  return (
    <QueryFrame query={header} skeleton={<Skeleton variant="rounded" height={160} />}>
      {({ company }) =>
        company ? (
          // Another company is another page: nothing that was typed or opened goes with it.
          <Stack key={id} spacing={2}>
            <Header company={company} />
            <RecordTabs id={id} all={TABS} texts="company" />
          </Stack>
        ) : (
          <Empty icon="building" title={t('unknown')} text={t('unknownText')} />
        )
      }
    </QueryFrame>
  );
}

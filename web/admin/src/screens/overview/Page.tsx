import Box from '@mui/material/Box';
import Paper from '@mui/material/Paper';
import Stack from '@mui/material/Stack';
import ToggleButton from '@mui/material/ToggleButton';
import ToggleButtonGroup from '@mui/material/ToggleButtonGroup';
import Typography from '@mui/material/Typography';
import { useQuery } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { useFormats } from '../../app/formats';
import { Facts } from '../../components/Facts';
import { PageHeader } from '../../components/PageHeader';
import { QueryFrame } from '../../components/QueryFrame';
import { OverviewDocument } from '../../generated/graphql';
import { request } from '../../graph/request';
import { Counts } from './Counts';
import { DaysChart } from './DaysChart';
import { addUp, type Day, spanOf } from './days';

const SPANS = [30, 365];

/** What staff look at first: days as a chart, and numbers that lead to the lists behind them. */
export default function OverviewPage() {
  const { t } = useTranslation('overview');
  const given = useSearch({ strict: false }) as { days?: string };
  const navigate = useNavigate();
  const days = SPANS.find((span) => String(span) === given.days) ?? SPANS[0];
  const choose = (chosen: number | null) => {
    if (chosen) void navigate({ to: '.', search: { days: String(chosen) } as never });
  };
  return (
    <Stack spacing={2}>
      <PageHeader title={t('title')}>
        <ToggleButtonGroup
          exclusive
          size="small"
          value={days}
          onChange={(_, chosen: number | null) => choose(chosen)}
          aria-label={t('span')}
        >
          {SPANS.map((span) => (
            <ToggleButton key={span} value={span}>
              {t('days', { count: span })}
            </ToggleButton>
          ))}
        </ToggleButtonGroup>
      </PageHeader>
      <Counts />
      <Days count={days ?? 30} />
    </Stack>
  );
}

function Days({ count }: { count: number }) {
  const span = spanOf(count, new Date());
  const query = useQuery({
    queryKey: ['overview', span],
    queryFn: ({ signal }) => request(OverviewDocument, span, { signal }),
  });
  return <QueryFrame query={query}>{({ days }) => <ShownDays days={days ?? []} />}</QueryFrame>;
}

function ShownDays({ days }: { days: Day[] }) {
  const { t } = useTranslation('overview');
  const formats = useFormats();
  const sums = addUp(days);
  return (
    <Box sx={{ display: 'grid', gap: 2, gridTemplateColumns: { md: '3fr 1fr' } }}>
      <Paper variant="outlined" sx={{ p: 2, minWidth: 0 }}>
        <Typography variant="h2">{t('perDay')}</Typography>
        <DaysChart days={days} />
      </Paper>
      <Facts
        title={t('together')}
        facts={[
          [t('signUps'), formats.number(sums.signUpCount)],
          [t('signIns'), formats.number(sums.signInCount)],
          [t('orders'), formats.number(sums.orderCount)],
          [t('revenue'), sums.revenue.map((one) => formats.money(one)).join(', ')],
        ]}
      />
    </Box>
  );
}

import Box from '@mui/material/Box';
import Link from '@mui/material/Link';
import Paper from '@mui/material/Paper';
import Typography from '@mui/material/Typography';
import { useQuery } from '@tanstack/react-query';
import { createLink, type LinkComponent } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { useFormats } from '../../app/formats';
import { QueryFrame } from '../../components/QueryFrame';
import { OverviewCountsDocument, type OverviewCountsQuery } from '../../generated/graphql';
import { request } from '../../graph/request';
import { usePermission } from '../../graph/viewer';

const RouteLink = createLink(Link) as LinkComponent<typeof Link>;
const COUNTS_GRID = { display: 'grid', gap: 2, gridTemplateColumns: 'repeat(auto-fit, minmax(150px, 1fr))' };

/** Numbers of now, each a link to the list that it counts. */
export function Counts() {
  const withMails = usePermission('MAIL_MANAGE');
  const query = useQuery({
    queryKey: ['overview', 'counts', withMails],
    queryFn: ({ signal }) => request(OverviewCountsDocument, { withMails }, { signal }),
  });
  return <QueryFrame query={query}>{(found) => <ShownCounts found={found} />}</QueryFrame>;
}

function ShownCounts({ found }: { found: OverviewCountsQuery }) {
  const { t } = useTranslation('overview');
  return (
    <Box sx={{ display: 'grid', gap: 2 }}>
      <Box sx={COUNTS_GRID}>
        <Count name={t('customers')} count={found.customers?.totalCount} to="/customers" />
        <Count name={t('online')} count={found.nowOnline?.totalCount} to="/now-online" />
        <Count
          name={t('locked')}
          count={found.locked?.totalCount}
          to="/customers"
          filter={{ isLocked: { eq: true } }}
        />
        <Count
          name={t('unconfirmed')}
          count={found.unconfirmed?.totalCount}
          to="/customers"
          filter={{ confirmationStatus: { eq: 'REQUIRED' } }}
        />
        {found.mailDeadLetters ? (
          <Count name={t('deadMails')} count={found.mailDeadLetters.totalCount} to="/mails" />
        ) : null}
        <Count name={t('jobs')} count={found.jobs?.totalCount} to="/jobs" />
      </Box>
      <Box sx={{ display: 'grid', gap: 2, gridTemplateColumns: { sm: '1fr 1fr' } }}>
        {(found.customers?.facets ?? []).map((facet) => (
          <Shares key={facet.column} facet={facet} />
        ))}
      </Box>
    </Box>
  );
}

interface CountProps {
  name: string;
  count: number | undefined;
  to: string;
  filter?: Record<string, unknown>;
}

function Count({ name, count, to, filter }: CountProps) {
  const { number } = useFormats();
  return (
    <Paper variant="outlined" sx={{ p: 2, minWidth: 0 }}>
      <Typography variant="body2" color="text.secondary">
        {name}
      </Typography>
      <Typography variant="h2" component="p">
        <RouteLink
          to={to as never}
          search={(filter ? { filter: JSON.stringify(filter) } : {}) as never}
          aria-label={`${name}: ${number(count)}`}
        >
          {count === undefined ? '–' : number(count)}
        </RouteLink>
      </Typography>
    </Paper>
  );
}

type Facet = NonNullable<NonNullable<OverviewCountsQuery['customers']>['facets']>[number];

/** The most frequent values of a column as bars, which name their number. */
function Shares({ facet }: { facet: Facet }) {
  const { t } = useTranslation('overview');
  const { number, country } = useFormats();
  const most = Math.max(1, ...facet.values.map((one) => one.count));
  const nameOf = (value: Facet['values'][number]) =>
    facet.column === 'country' ? country(value.value) : (value.label ?? value.value ?? '');
  return (
    <Paper variant="outlined" sx={{ p: 2, minWidth: 0 }}>
      <Typography variant="h2" sx={{ mb: 1 }}>
        {t(`by.${facet.column}`)}
      </Typography>
      {facet.values.map((one) => (
        <Box key={one.value} sx={{ mb: 0.5 }}>
          <Typography variant="body2" sx={{ overflowWrap: 'anywhere' }}>
            {one.value ? (
              <RouteLink
                to={'/customers' as never}
                search={{ filter: JSON.stringify({ [facet.column]: { eq: one.value } }) } as never}
              >
                {nameOf(one)}
              </RouteLink>
            ) : (
              t('without')
            )}{' '}
            {number(one.count)}
          </Typography>
          <Box sx={{ height: 6, width: `${(100 * one.count) / most}%`, bgcolor: 'primary.main', borderRadius: 1 }} />
        </Box>
      ))}
    </Paper>
  );
}

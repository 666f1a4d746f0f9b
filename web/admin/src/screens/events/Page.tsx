import Box from '@mui/material/Box';
import Link from '@mui/material/Link';
import MenuItem from '@mui/material/MenuItem';
import Stack from '@mui/material/Stack';
import TextField from '@mui/material/TextField';
import Typography from '@mui/material/Typography';
import { useInfiniteQuery } from '@tanstack/react-query';
import { createLink, type LinkComponent, useNavigate, useSearch } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { useFormats } from '../../app/formats';
import { DataTable } from '../../components/DataTable';
import { Empty } from '../../components/Empty';
import { MoreButton } from '../../components/MoreButton';
import { PageHeader } from '../../components/PageHeader';
import { QueryFrame } from '../../components/QueryFrame';
import { EventFeedDocument, type EventFeedQuery, type EventType } from '../../generated/graphql';
import { request } from '../../graph/request';

type DomainEvent = NonNullable<EventFeedQuery['events']>['nodes'][number];
const RouteLink = createLink(Link) as LinkComponent<typeof Link>;

/** What happened, oldest first as programs read it, narrowed by kind. */
export default function EventsPage() {
  const { t } = useTranslation(['events', 'values']);
  const formats = useFormats();
  const navigate = useNavigate();
  const { types = '' } = useSearch({ strict: false }) as { types?: string };
  const chosen = types.split(',').filter(Boolean) as EventType[];
  const query = useInfiniteQuery({
    queryKey: ['events', types],
    initialPageParam: null as string | null,
    queryFn: ({ pageParam, signal }) =>
      request(EventFeedDocument, { after: pageParam, types: chosen.length > 0 ? chosen : null }, { signal }),
    getNextPageParam: ({ events }) => (events?.pageInfo.hasNextPage ? events.pageInfo.endCursor : undefined),
  });
  const known = query.data?.pages[0]?.eventTypes?.map((one) => one.type) ?? chosen;
  return (
    <Stack spacing={2}>
      <PageHeader title={t('title')}>
        <TextField
          select
          label={t('types')}
          value={chosen}
          onChange={(event) => {
            const next = (event.target.value as unknown as string[]).join(',');
            void navigate({ to: '.', search: { types: next } as never });
          }}
          slotProps={{ select: { multiple: true } }}
          sx={{ minWidth: 260, maxWidth: '100%' }}
        >
          {known.map((type) => (
            <MenuItem key={type} value={type}>
              {t(`values:EventType.${type}`)}
            </MenuItem>
          ))}
        </TextField>
      </PageHeader>
      <Typography>{t('about')}</Typography>
      <QueryFrame query={query}>
        {({ pages }) => {
          const all = pages.flatMap((page) => page.events?.nodes ?? []);
          if (all.length === 0) {
            return (
              <Empty icon="clock" title={t(types ? 'noMatch' : 'none')} text={t(types ? 'noMatchText' : 'noneText')} />
            );
          }
          return (
            <>
              <DataTable
                label={t('title')}
                heads={[t('occurred'), t('type'), t('subject'), t('data')]}
                rows={all}
                keyOf={(event) => event.id}
                cells={(event) => [
                  formats.dateTime(event.occurredAt),
                  t(`values:EventType.${event.type}`),
                  <Subject key="subject" id={event.subjectId} />,
                  <Data key="data" event={event} />,
                ]}
              />
              <MoreButton query={query} />
            </>
          );
        }}
      </QueryFrame>
    </Stack>
  );
}

function Subject({ id }: { id: string }) {
  if (!id.startsWith('cus_')) return id;
  return (
    <RouteLink to={'/customers/$id' as never} params={{ id } as never}>
      {id}
    </RouteLink>
  );
}

function Data({ event }: { event: DomainEvent }) {
  const facts = Object.entries((event.data ?? {}) as Record<string, unknown>);
  return facts.map(([name, value]) => (
    <Box key={name} component="code" sx={{ display: 'block', overflowWrap: 'anywhere' }}>
      {name}: {typeof value === 'string' ? value : JSON.stringify(value)}
    </Box>
  ));
}

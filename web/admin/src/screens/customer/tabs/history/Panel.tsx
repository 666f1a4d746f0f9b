import Box from '@mui/material/Box';
import MenuItem from '@mui/material/MenuItem';
import Stack from '@mui/material/Stack';
import TextField from '@mui/material/TextField';
import { useInfiniteQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useFormats } from '../../../../app/formats';
import { DataTable } from '../../../../components/DataTable';
import { Empty } from '../../../../components/Empty';
import { MoreButton } from '../../../../components/MoreButton';
import { QueryFrame } from '../../../../components/QueryFrame';
import type { CustomerHistoryQuery, HistoryActor } from '../../../../generated/graphql';
import { EVERYTHING, historyQuery } from './query';

type Event = NonNullable<CustomerHistoryQuery['history']>['nodes'][number];
const ACTORS: HistoryActor[] = ['CUSTOMER', 'STAFF', 'SERVICE', 'SYSTEM'];

/** Who did what, with values before and after by their names; by kind and by who did it. */
export default function HistoryPanel({ id }: { id: string }) {
  const { t } = useTranslation(['customer', 'values', 'columns']);
  const formats = useFormats();
  const [choice, setChoice] = useState(EVERYTHING);
  const query = useInfiniteQuery(historyQuery(id, choice));
  const kinds = query.data?.pages[0]?.gridColumns?.find((column) => column.key === 'kind')?.values ?? [];
  const nameKind = (kind: string) => t(`values:HistoryKind.${kind}`, { defaultValue: kind });
  return (
    <Stack spacing={1.5}>
      <Stack direction="row" sx={{ flexWrap: 'wrap', gap: 1 }}>
        <Choice
          label={t('what')}
          value={choice.kind}
          options={[...new Set([choice.kind, ...kinds])].filter(Boolean).map((kind) => [kind, nameKind(kind)])}
          onChange={(kind) => setChoice({ ...choice, kind })}
        />
        <Choice
          label={t('who')}
          value={choice.actor}
          options={ACTORS.map((actor) => [actor, t(`values:HistoryActor.${actor}`)])}
          onChange={(actor) => setChoice({ ...choice, actor: actor as HistoryActor | '' })}
        />
      </Stack>
      <QueryFrame query={query}>
        {({ pages }) => {
          const events = pages.flatMap((page) => page.history?.nodes ?? []);
          const isWhole = choice.kind === '' && choice.actor === '';
          if (events.length === 0) return <Empty icon="history" title={t(isWhole ? 'noHistory' : 'noSuchHistory')} />;
          return (
            <>
              <DataTable
                label={t('tab.history')}
                heads={[t('when'), t('what'), t('who'), t('changes')]}
                rows={events}
                keyOf={(event) => event.id}
                cells={(event) => [
                  formats.dateTime(event.createdAt),
                  nameKind(event.kind),
                  event.staff?.name ?? event.impersonator?.name ?? t(`values:HistoryActor.${event.actor}`),
                  <Changes key="changes" event={event} />,
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

function Changes({ event }: { event: Event }) {
  const { t } = useTranslation(['customer', 'columns']);
  return event.changes.map((change) => {
    const name = change.field.replace(/^[a-z]{3}_[0-9a-f]+\./, '');
    const label = t(`columns:${name.replace(/Id$/, '')}`, { defaultValue: t(name as 'title', { defaultValue: name }) });
    return (
      <Box key={change.field} sx={{ overflowWrap: 'anywhere' }}>
        {label}: {change.beforeLabel ?? '–'} → {change.afterLabel ?? '–'}
      </Box>
    );
  });
}

interface ChoiceProps {
  label: string;
  value: string;
  options: [string, string][];
  onChange: (value: string) => void;
}

function Choice({ label, value, options, onChange }: ChoiceProps) {
  const { t } = useTranslation('customer');
  return (
    <TextField
      select
      label={label}
      value={value}
      onChange={(event) => onChange(event.target.value)}
      slotProps={{ select: { displayEmpty: true }, inputLabel: { shrink: true } }}
      sx={{ minWidth: 180 }}
    >
      <MenuItem value="">{t('everything')}</MenuItem>
      {options.map(([one, name]) => (
        <MenuItem key={one} value={one}>
          {name}
        </MenuItem>
      ))}
    </TextField>
  );
}

import Chip from '@mui/material/Chip';
import Stack from '@mui/material/Stack';
import { useTranslation } from 'react-i18next';
import type { Group } from './filters';
import { type GridFacts, useLabels } from './labels';
import type { Column } from './state';

interface Props {
  columns: Column[];
  facts: GridFacts;
  /** Null for a filter that the builder cannot show. */
  groups: Group[] | null;
  isBroken: boolean;
  onChange: (groups: Group[]) => void;
  onOpen: () => void;
}

/** What the list is filtered by, in words; each chip can be removed. */
export function FilterChips({ columns, facts, groups, isBroken, onChange, onOpen }: Props) {
  const { t } = useTranslation('grid');
  const labels = useLabels(facts);
  if (isBroken) return <Chip color="warning" label={t('filterBroken')} onDelete={() => onChange([])} />;
  if (!groups) return <Chip label={t('filterOther')} onDelete={() => onChange([])} />;
  if (groups.length === 0) return null;
  return (
    <Stack direction="row" sx={{ flexWrap: 'wrap', gap: 1 }} aria-label={t('filter')} role="group">
      {groups.map((group, place) => (
        <Chip
          // biome-ignore lint/suspicious/noArrayIndexKey: groups have no name but their place
          key={place}
          label={group.map((condition) => describe(condition)).join(` ${t('or')} `)}
          onClick={onOpen}
          onDelete={() => onChange(groups.toSpliced(place, 1))}
          sx={{ maxWidth: '100%' }}
        />
      ))}
    </Stack>
  );

  function describe(condition: Group[number]): string {
    const column = columns.find((one) => one.key === condition.key);
    return column ? labels.condition(column, condition) : condition.key;
  }
}

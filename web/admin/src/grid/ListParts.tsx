import Button from '@mui/material/Button';
import Stack from '@mui/material/Stack';
import Typography from '@mui/material/Typography';
import { useTranslation } from 'react-i18next';
import { useFormats } from '../app/formats';
import { Empty } from '../components/Empty';
import { Icon, type IconName } from '../components/icons';
import type { OpenList } from './ListView';
import { SearchBox } from './SearchBox';
import type { CountAnswer } from './source';
import type { Column, ListState } from './state';

export type Panel = 'filter' | 'columns' | 'sort';

interface ToolbarProps {
  name: string;
  columns: Column[];
  state: ListState;
  onChange: (change: Partial<ListState>) => void;
  onOpen: (panel: Panel) => void;
}

export function Toolbar({ name, columns, state, onChange, onOpen }: ToolbarProps) {
  const { t } = useTranslation([name, 'grid']);
  const isSearched = columns.some((column) => column.isSearched);
  const hasFacets = columns.some((column) => column.isFacetable);
  return (
    <Stack direction="row" sx={{ flexWrap: 'wrap', gap: 1, alignItems: 'center' }}>
      {isSearched ? (
        <SearchBox value={state.search} label={t('search')} onChange={(search) => onChange({ search })} />
      ) : null}
      <Button startIcon={<Icon name="filter" />} onClick={() => onOpen('filter')}>
        {t('grid:filter')}
      </Button>
      {hasFacets ? (
        <Button
          startIcon={<Icon name="list" />}
          aria-pressed={state.hasFacets}
          onClick={() => onChange({ hasFacets: !state.hasFacets })}
        >
          {t('grid:facets')}
        </Button>
      ) : null}
      <Button startIcon={<Icon name="down" />} onClick={() => onOpen('sort')}>
        {t('grid:sort')}
      </Button>
      <Button startIcon={<Icon name="columns" />} onClick={() => onOpen('columns')}>
        {t('grid:columns')}
      </Button>
    </Stack>
  );
}

export function Count({ count, name }: { count: CountAnswer['rows'] | undefined; name: string }) {
  const { t } = useTranslation(name);
  const formats = useFormats();
  if (!count) return null;
  const key = count.totalCountPrecision === 'EXACT' ? 'count' : 'countAbout';
  return (
    <Typography role="status">
      {t(key, { count: count.totalCount, number: formats.number(count.totalCount) })}
    </Typography>
  );
}

const CLEARED = { search: '', filter: null, isFilterBroken: false };

export function NoRows({ name, icon, list }: { name: string; icon: IconName; list: OpenList }) {
  const { t } = useTranslation([name, 'grid']);
  if (!list.state.search && !list.state.filter) return <Empty icon={icon} title={t('none')} text={t('noneText')} />;
  return (
    <Empty icon="search" title={t('noMatch')} text={t('grid:noMatchText')}>
      <Button variant="outlined" onClick={() => list.change(CLEARED)}>
        {t('grid:clearAll')}
      </Button>
    </Empty>
  );
}

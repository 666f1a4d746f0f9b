import Box from '@mui/material/Box';
import Checkbox from '@mui/material/Checkbox';
import FormControlLabel from '@mui/material/FormControlLabel';
import FormGroup from '@mui/material/FormGroup';
import Typography from '@mui/material/Typography';
import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { useFormats } from '../app/formats';
import { QueryFrame } from '../components/QueryFrame';
import type { Condition, Group } from './filters';
import type { OpenList } from './ListView';
import { useLabels } from './labels';
import type { FacetsAnswer, Source } from './source';
import type { Column } from './state';

type Facet = NonNullable<NonNullable<FacetsAnswer['rows']>['facets']>[number];

const MOST = 10;

interface Props {
  source: Source;
  list: OpenList;
  groups: Group[];
  onApply: (groups: Group[]) => void;
}

/** The most frequent values of columns in the whole list; a tick narrows the list to them. */
export default function Facets({ source, list, groups, onApply }: Props) {
  const { t } = useTranslation('grid');
  const keys = chooseKeys(list);
  const facets = useQuery(source.facetsQuery(list.state, keys));
  return (
    <Box component="aside" aria-label={t('facets')} sx={{ width: { md: 220 }, flexShrink: 0 }}>
      <QueryFrame query={facets}>
        {({ rows }) =>
          (rows?.facets ?? [])
            .filter((facet) => facet.values.length > 0)
            .map((facet) => (
              <FacetValues key={facet.column} facet={facet} list={list} groups={groups} onApply={onApply} />
            ))
        }
      </QueryFrame>
    </Box>
  );
}

/** Those that are shown in the list come first. */
function chooseKeys({ columns, shown }: OpenList): string[] {
  const keys = columns.filter((column) => column.isFacetable).map((column) => column.key);
  return [...keys.filter((key) => shown.includes(key)), ...keys.filter((key) => !shown.includes(key))].slice(0, MOST);
}

function FacetValues({ facet, list, groups, onApply }: { facet: Facet } & Omit<Props, 'source'>) {
  const { t } = useTranslation('grid');
  const labels = useLabels(list.facts);
  const { number } = useFormats();
  const column = list.columns.find((one) => one.key === facet.column);
  if (!column) return null;
  const mine = groups.findIndex((group) => group.length === 1 && isOf(group[0], facet.column));
  const ticked = valuesOf(groups[mine]?.[0]);
  const about = facet.precision === 'EXACT' ? '' : '≈ ';

  function toggle(value: string) {
    const next = ticked.includes(value) ? ticked.filter((one) => one !== value) : [...ticked, value];
    const others = mine === -1 ? groups : groups.toSpliced(mine, 1);
    onApply(next.length === 0 ? others : [...others, [conditionFor(column as Column, next)]]);
  }

  return (
    <FormGroup sx={{ mb: 2 }} role="group" aria-label={labels.column(column)}>
      <Typography variant="subtitle2" component="h2">
        {labels.column(column)}
      </Typography>
      {facet.values.map((one) => (
        <FormControlLabel
          key={one.value ?? ''}
          disabled={one.value === null || one.value === undefined}
          control={
            <Checkbox
              size="small"
              sx={{ py: 0.25 }}
              checked={ticked.includes(one.value ?? '')}
              onChange={() => toggle(one.value ?? '')}
            />
          }
          label={`${one.value ? nameOf(one) : t('isNull.true')} (${about}${number(one.count)})`}
          sx={{ overflowWrap: 'anywhere' }}
        />
      ))}
      {facet.otherCount > 0 ? (
        <Typography variant="caption">
          {t('others', { count: facet.otherCount, number: number(facet.otherCount) })}
        </Typography>
      ) : null}
    </FormGroup>
  );

  /** Values with texts of the page; the service's own for all others. */
  function nameOf(one: Facet['values'][number]): string {
    const known = column ? labels.options(column).find((option) => option.value === one.value) : undefined;
    return known?.label ?? one.label ?? '';
  }
}

function isOf(condition: Condition | undefined, key: string): boolean {
  return condition?.key === key && ['in', 'eq', 'hasAny'].includes(condition.operator);
}

function valuesOf(condition: Condition | undefined): string[] {
  if (!condition) return [];
  return (Array.isArray(condition.value) ? condition.value : [condition.value]).map(String);
}

function conditionFor({ key, type, operators }: Column, values: string[]): Condition {
  const list = operators.includes('hasAny') ? 'hasAny' : 'in';
  if (operators.includes(list)) return { key, operator: list, value: type === 'INTEGER' ? values.map(Number) : values };
  // A flag is one thing or the other.
  return { key, operator: 'eq', value: values.at(-1) === 'true' };
}

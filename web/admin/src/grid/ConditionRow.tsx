import IconButton from '@mui/material/IconButton';
import MenuItem from '@mui/material/MenuItem';
import Stack from '@mui/material/Stack';
import TextField from '@mui/material/TextField';
import { useTranslation } from 'react-i18next';
import { Icon } from '../components/icons';
import { type Condition, operatorsOf, TAKES_DAYS, TAKES_LIST } from './filters';
import type { useLabels } from './labels';
import type { Column } from './state';

const CURRENCY_LENGTH = 3;

interface Props {
  columns: Column[];
  labels: ReturnType<typeof useLabels>;
  condition: Condition;
  onChange: (condition: Condition) => void;
  onRemove: () => void;
}

export function ConditionRow({ columns, labels, condition, onChange, onRemove }: Props) {
  const { t } = useTranslation('grid');
  const column = columns.find((one) => one.key === condition.key);

  function chooseColumn(key: string) {
    const next = columns.find((one) => one.key === key);
    const operator = next ? (operatorsOf(next)[0] ?? 'eq') : 'eq';
    onChange({ key, operator, value: '', ...(next?.type === 'MONEY' ? { currency: '' } : {}) });
  }

  return (
    <Stack direction={{ xs: 'column', sm: 'row' }} spacing={1}>
      <TextField
        select
        label={t('column')}
        value={condition.key}
        onChange={(event) => chooseColumn(event.target.value)}
        sx={{ minWidth: 180 }}
      >
        {columns.map((one) => (
          <MenuItem key={one.key} value={one.key}>
            {labels.column(one)}
          </MenuItem>
        ))}
      </TextField>
      {column ? (
        <>
          <TextField
            select
            label={t('comparison')}
            value={condition.operator}
            onChange={(event) => onChange({ ...condition, operator: event.target.value, value: '' })}
            sx={{ minWidth: 150 }}
          >
            {operatorsOf(column).map((operator) => (
              <MenuItem key={operator} value={operator}>
                {t(`operator.${operator}`)}
              </MenuItem>
            ))}
          </TextField>
          <ValueField column={column} labels={labels} condition={condition} onChange={onChange} />
        </>
      ) : null}
      <IconButton aria-label={t('removeCondition')} onClick={onRemove}>
        <Icon name="close" />
      </IconButton>
    </Stack>
  );
}

interface ValueProps extends Omit<Props, 'columns' | 'onRemove'> {
  column: Column;
}

function ValueField({ column, labels, condition, onChange }: ValueProps) {
  const { t } = useTranslation('grid');
  const set = (value: unknown) => onChange({ ...condition, value });
  const { operator, value } = condition;
  if (operator === 'isNull') {
    return (
      <TextField
        select
        label={t('value')}
        value={String(value)}
        onChange={(event) => set(event.target.value === 'true')}
      >
        {['true', 'false'].map((one) => (
          <MenuItem key={one} value={one}>
            {t(`isNull.${one}`)}
          </MenuItem>
        ))}
      </TextField>
    );
  }
  const options = labels.options(column);
  const isList = TAKES_LIST.has(operator);
  if (options.length > 0) {
    return (
      <TextField
        select
        label={t('value')}
        value={isList ? (Array.isArray(value) ? value : []) : String(value)}
        onChange={(event) => set(readChoice(column, event.target.value))}
        slotProps={{ select: { multiple: isList } }}
        sx={{ minWidth: 200, flexGrow: 1 }}
      >
        {options.map((one) => (
          <MenuItem key={one.value} value={one.value}>
            {one.label}
          </MenuItem>
        ))}
      </TextField>
    );
  }
  return (
    <>
      <TextField
        label={t('value')}
        helperText={isList ? t('commas') : undefined}
        type={inputType(column, operator)}
        value={showText(column, operator, value)}
        onChange={(event) => set(readText(column, operator, event.target.value))}
        slotProps={{ inputLabel: { shrink: true } }}
        sx={{ flexGrow: 1 }}
      />
      {column.type === 'MONEY' ? (
        <TextField
          label={t('currency')}
          value={condition.currency ?? ''}
          onChange={(event) => onChange({ ...condition, currency: event.target.value.toUpperCase() })}
          slotProps={{ htmlInput: { maxLength: CURRENCY_LENGTH } }}
          sx={{ width: 100 }}
        />
      ) : null}
    </>
  );
}

function readChoice(column: Column, chosen: string | string[]): unknown {
  return column.type === 'BOOLEAN' ? chosen === 'true' : chosen;
}

function inputType(column: Column, operator: string): string {
  if (TAKES_LIST.has(operator)) return 'text';
  if (TAKES_DAYS.has(operator) || column.type === 'INTEGER') return 'number';
  if (column.type === 'DATE') return 'date';
  return column.type === 'DATE_TIME' ? 'datetime-local' : 'text';
}

function showText(column: Column, operator: string, value: unknown): string {
  if (Array.isArray(value)) return value.join(', ');
  if (column.type === 'DATE_TIME' && !TAKES_DAYS.has(operator) && typeof value === 'string' && value) {
    const at = new Date(value);
    return new Date(at.getTime() - at.getTimezoneOffset() * 60_000).toISOString().slice(0, 16);
  }
  return value === null || value === undefined ? '' : String(value);
}

/** What was typed, as the filter takes it; nothing for what is no number or no time. */
function readText(column: Column, operator: string, text: string): unknown {
  if (TAKES_LIST.has(operator)) {
    const parts = text.split(',').map((part) => part.trimStart());
    return column.type === 'INTEGER' ? parts.map(Number) : parts;
  }
  if (TAKES_DAYS.has(operator) || column.type === 'INTEGER') return text === '' ? '' : Math.trunc(Number(text));
  if (column.type === 'DATE_TIME') return text ? new Date(text).toISOString() : '';
  return text;
}

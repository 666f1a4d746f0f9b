import { useTranslation } from 'react-i18next';
import { type Formats, useFormats } from '../app/formats';
import type { Condition } from './filters';
import type { Column } from './state';

export interface Option {
  value: string;
  label: string;
}

/** What a list knows beyond its columns: the enum behind a column, and the records that an id may name. */
export interface GridFacts {
  enums: Record<string, string>;
  options: Record<string, Option[]>;
}

interface Labels {
  column: (column: Column) => string;
  value: (column: Column, value: unknown) => string;
  condition: (column: Column, condition: Condition) => string;
  options: (column: Column) => Option[];
}

/** Names of columns and values in the language of the page; the service's own for attributes that the shop defines. */
export function useLabels(facts: GridFacts): Labels {
  const { t } = useTranslation(['grid', 'columns', 'values', 'common']);
  const formats = useFormats();
  const column = (one: Column) => t(`columns:${one.key}`, { defaultValue: one.label });
  const options = (one: Column): Option[] => {
    if (one.type === 'BOOLEAN') return ['true', 'false'].map((value) => ({ value, label: t(`grid:boolean.${value}`) }));
    const known = facts.options[one.key];
    if (known) return known;
    const name = facts.enums[one.key];
    return (one.values ?? []).map((value) => ({ value, label: t(`values:${name}.${value}`, { defaultValue: value }) }));
  };
  const value = (one: Column, given: unknown): string => {
    if (given === null || given === undefined) return '';
    if (Array.isArray(given)) return given.map((part) => value(one, part)).join(', ');
    if (typeof given === 'object') return formatObject(given, formats);
    const known = options(one).find((option) => option.value === String(given));
    if (known) return known.label;
    // A column of many kinds publishes no list of them, and has texts all the same.
    const name = facts.enums[one.key];
    return name ? t(`values:${name}.${given}`, { defaultValue: String(given) }) : formatPlain(one, given, formats);
  };
  const condition = (one: Column, { operator, value: given, currency }: Condition) => {
    const isEmptiness = operator === 'isNull';
    const text = isEmptiness ? t(`grid:isNull.${String(given)}`) : value(one, given);
    const name = isEmptiness ? '' : t(`grid:operator.${operator}`);
    return [column(one), name, text, currency].filter(Boolean).join(' ');
  };
  return { column, value, condition, options };
}

function formatObject(given: object, formats: Formats): string {
  if ('label' in given) return String(given.label);
  if ('amount' in given) return formats.money(given as never);
  return JSON.stringify(given);
}

function formatPlain(column: Column, given: unknown, formats: Formats): string {
  if (column.key === 'country' || column.key === 'countryCode') return formats.country(String(given));
  switch (column.type) {
    case 'DATE_TIME':
      return typeof given === 'string' ? formats.dateTime(given) : String(given);
    case 'DATE':
      return typeof given === 'string' ? formats.date(given) : String(given);
    case 'INTEGER':
      // A customer number and a year are names: without separators.
      return column.key === 'number' || column.key === 'birthYear' ? String(given) : formats.number(Number(given));
    default:
      return String(given);
  }
}

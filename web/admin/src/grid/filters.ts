import type { Column, Filter } from './state';

/** One comparison. Conditions of a group are joined by "or", groups by "and". */
export interface Condition {
  key: string;
  operator: string;
  value: unknown;
  /** Of an amount of money. */
  currency?: string;
}

export type Group = Condition[];

/** The groups of a filter; null for one of another form, which is kept as it is. */
export function readGroups(filter: Filter | null, columns: Column[]): Group[] | null {
  if (!filter) return [];
  const groups: Group[] = [];
  for (const [name, value] of Object.entries(filter)) {
    if (name === 'and' && Array.isArray(value)) {
      for (const part of value) {
        const inner = readGroups(part as Filter, columns);
        if (!inner) return null;
        groups.push(...inner);
      }
    } else if (name === 'or' && Array.isArray(value)) {
      const choices = value.map((part) => readConditions(part as Filter, columns));
      if (choices.some((choice) => choice?.length !== 1)) return null;
      groups.push(choices.flatMap((choice) => choice ?? []));
    } else {
      const conditions = readConditions({ [name]: value }, columns);
      if (!conditions) return null;
      groups.push(...conditions.map((condition) => [condition]));
    }
  }
  return groups;
}

function readConditions(filter: Filter, columns: Column[]): Condition[] | null {
  const found: Condition[] = [];
  for (const [key, comparison] of Object.entries(filter)) {
    if (!columns.some((column) => column.key === key)) return null;
    const { currency, ...operators } = comparison as Record<string, unknown>;
    for (const [operator, value] of Object.entries(operators)) {
      found.push({ key, operator, value, ...(typeof currency === 'string' ? { currency } : {}) });
    }
  }
  return found;
}

export function writeGroups(groups: Group[]): Filter | null {
  const parts = groups.filter((group) => group.length > 0).map(writeGroup);
  if (parts.length === 0) return null;
  return parts.length === 1 ? (parts[0] ?? null) : { and: parts };
}

function writeGroup(group: Group): Filter {
  const parts = group.map(({ key, operator, value, currency }) => ({
    [key]: { ...(currency ? { currency } : {}), [operator]: value },
  }));
  return parts.length === 1 ? (parts[0] ?? {}) : { or: parts };
}

/** Operators that a person chooses from; the currency is part of a value. */
export function operatorsOf(column: Column): string[] {
  return column.operators.filter((operator) => operator !== 'currency');
}

export const TAKES_LIST = new Set(['in', 'notIn', 'hasAny', 'hasAll', 'hasNone']);
export const TAKES_DAYS = new Set(['inLastDays', 'notInLastDays']);

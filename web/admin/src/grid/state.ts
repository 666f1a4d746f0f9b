import { useNavigate, useSearch } from '@tanstack/react-router';
import { useMemo } from 'react';
import type { GridColumnFactsFragment, GridViewFactsFragment } from '../generated/graphql';

export type Column = GridColumnFactsFragment;
export type View = GridViewFactsFragment;
export type Filter = Record<string, unknown>;
export type Direction = 'ASC' | 'DESC';

export interface Sort {
  /** Key of the column. */
  key: string;
  direction: Direction;
}

/** The whole state of a list, as its address holds it. */
export interface ListState {
  search: string;
  filter: Filter | null;
  /** Whether the address has a filter that nobody can read. */
  isFilterBroken: boolean;
  sort: Sort[];
  /** Keys in their order; null for those that are shown by default. */
  columns: string[] | null;
  size: number;
  after: string | null;
  before: string | null;
  viewId: string | null;
  /** Whether the most frequent values of columns stand beside the list. */
  hasFacets: boolean;
  /** A job that is followed beside the list. */
  jobId: string | null;
}

export const SIZES = [20, 50, 100];
const DEFAULT_SIZE = 50;
const KEEPS_PAGE = new Set(['after', 'before', 'columns', 'hasFacets', 'jobId']);

export function readState(given: Record<string, string>): ListState {
  const size = Number(given.size);
  const filter = readFilter(given.filter);
  return {
    search: given.q ?? '',
    filter: filter === 'broken' ? null : filter,
    isFilterBroken: filter === 'broken',
    sort: (given.sort ?? '').split(',').filter(Boolean).map(readSort),
    columns: given.cols ? given.cols.split(',') : null,
    size: SIZES.includes(size) ? size : DEFAULT_SIZE,
    after: given.after ?? null,
    before: given.before ?? null,
    viewId: given.view ?? null,
    hasFacets: given.facets === 'shown',
    jobId: given.job ?? null,
  };
}

export function writeState(state: ListState): Record<string, string | undefined> {
  return {
    q: state.search || undefined,
    filter: state.filter ? JSON.stringify(state.filter) : undefined,
    sort: state.sort.map((one) => `${one.key}.${one.direction.toLowerCase()}`).join(',') || undefined,
    cols: state.columns?.join(',') || undefined,
    size: state.size === DEFAULT_SIZE ? undefined : String(state.size),
    after: state.after ?? undefined,
    before: state.before ?? undefined,
    view: state.viewId ?? undefined,
    facets: state.hasFacets ? 'shown' : undefined,
    job: state.jobId ?? undefined,
  };
}

function readFilter(text: string | undefined): Filter | null | 'broken' {
  if (!text) return null;
  try {
    const filter: unknown = JSON.parse(text);
    return typeof filter === 'object' && filter !== null && !Array.isArray(filter) ? (filter as Filter) : 'broken';
  } catch {
    return 'broken';
  }
}

function readSort(text: string): Sort {
  const [key = '', direction] = text.split('.');
  return { key, direction: direction === 'desc' ? 'DESC' : 'ASC' };
}

/** What a saved view says, as the state of the list. */
export function stateOfView(view: View, columns: Column[]): ListState {
  const sort = (view.sort ?? []) as { by: string; direction?: Direction }[];
  return {
    search: view.search ?? '',
    filter: (view.filter as Filter | null) ?? null,
    isFilterBroken: false,
    sort: sort.flatMap((one) => {
      const column = columns.find((candidate) => candidate.sortKey === one.by);
      return column ? [{ key: column.key, direction: one.direction ?? 'ASC' }] : [];
    }),
    columns: view.columns ?? null,
    size: SIZES.includes(view.pageSize ?? 0) ? (view.pageSize as number) : DEFAULT_SIZE,
    after: null,
    before: null,
    viewId: view.id,
    hasFacets: false,
    jobId: null,
  };
}

/** Sort keys as the list takes them; a column that is not sortable is left out. */
export function sortArgument(state: ListState, columns: Column[]): { by: string; direction: Direction }[] {
  return state.sort.flatMap(({ key, direction }) => {
    const by = columns.find((column) => column.key === key)?.sortKey;
    return by ? [{ by, direction }] : [];
  });
}

/** The state of the list in the address, and how to change it: another page is a step back, a refined search is not. */
export function useListState(): [ListState, (change: Partial<ListState>, isReplaced?: boolean) => void] {
  const given = useSearch({ strict: false }) as Record<string, string>;
  const navigate = useNavigate();
  const state = useMemo(() => readState(given), [given]);
  function change(changes: Partial<ListState>, isReplaced = false) {
    const isSamePage = Object.keys(changes).every((name) => KEEPS_PAGE.has(name));
    const next = { ...state, ...(isSamePage ? {} : { after: null, before: null }), ...changes };
    void navigate({ to: '.', search: writeState(next) as never, replace: isReplaced });
  }
  return [state, change];
}

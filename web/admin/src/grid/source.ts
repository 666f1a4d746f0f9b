import { keepPreviousData, queryOptions } from '@tanstack/react-query';
import type {
  ExportListInput,
  FacetFactsFragment as Facet,
  Grid,
  GridViewContentInput,
  TypedDocumentString,
} from '../generated/graphql';
import { request } from '../graph/request';
import type { Row } from './ListGrid';
import type { OpenList } from './ListView';
import { type Column, type ListState, sortArgument, type View } from './state';

export interface PageInfo {
  hasNextPage: boolean;
  hasPreviousPage: boolean;
  startCursor?: string | null;
  endCursor?: string | null;
}

type Node = { id?: string; gridRow?: object | null };

/** What every document of rows answers, by its aliases. */
export interface RowsAnswer {
  rows?: { nodes: Node[]; pageInfo: PageInfo } | null;
}

export interface CountAnswer {
  rows?: { totalCount: number; totalCountPrecision: 'EXACT' | 'ESTIMATED' } | null;
}

export interface FacetsAnswer {
  rows?: { facets?: Facet[] | null } | null;
}

export interface ListAnswer {
  gridColumns?: Column[] | null;
  gridViews?: { nodes: View[] } | null;
}

// biome-ignore lint/suspicious/noExplicitAny: each list has a filter and sort keys of its own
type Any = any;

interface Documents<L extends ListAnswer> {
  list: TypedDocumentString<L, Record<string, never>>;
  rows: TypedDocumentString<Any, Any>;
  count: TypedDocumentString<CountAnswer, Any>;
  facets: TypedDocumentString<FacetsAnswer, Any>;
}

interface Given<L extends ListAnswer> extends Documents<L> {
  /** Name of its texts, and of what is kept of it in the browser. */
  name: string;
  grid: Grid;
  /** Name of its content in a saved view, and of its export. */
  content: keyof GridViewContentInput;
  /** The row of a node; by default its `gridRow`. */
  rowOf?: (node: Any, place: number) => Row;
  /** What an export of it takes besides columns and order; by default what the list is narrowed by. */
  exported?: (list: OpenList) => object;
}

export type Source<L extends ListAnswer = ListAnswer> = ReturnType<typeof defineList<L>>;

/** A list of the graph: what it is asked for, always in the same way. */
export function defineList<L extends ListAnswer>(given: Given<L>) {
  const { name, list, rows, count, facets } = given;
  const rowOf = given.rowOf ?? ((node: Node, place: number) => ({ ...node.gridRow, id: node.id ?? String(place) }));

  function pageArguments(state: ListState, columns: Column[]) {
    return {
      ...(state.before ? { last: state.size, before: state.before } : { first: state.size, after: state.after }),
      ...conditionsOf(state),
      sort: sortArgument(state, columns),
    };
  }

  return {
    ...given,
    listQuery: queryOptions({
      queryKey: [name, 'list'],
      queryFn: ({ signal }) => request(list, {}, { signal, isPartial: true }),
      staleTime: 60_000,
    }),
    rowsQuery: (state: ListState, columns: Column[]) => {
      const variables = pageArguments(state, columns);
      return queryOptions({
        queryKey: [name, 'rows', variables],
        queryFn: ({ signal }): Promise<RowsAnswer> => request(rows, variables, { signal, isPartial: true }),
        placeholderData: keepPreviousData,
      });
    },
    countQuery: (state: ListState) =>
      queryOptions({
        queryKey: [name, 'count', conditionsOf(state)],
        queryFn: ({ signal }) => request(count, conditionsOf(state), { signal }),
        placeholderData: keepPreviousData,
      }),
    facetsQuery: (state: ListState, keys: string[]) =>
      queryOptions({
        queryKey: [name, 'facets', conditionsOf(state), keys],
        queryFn: ({ signal }) => request(facets, { ...conditionsOf(state), columns: keys }, { signal }),
        placeholderData: keepPreviousData,
      }),
    rowsOf: (answer: RowsAnswer): Row[] => (answer.rows?.nodes ?? []).map((node, place) => rowOf(node, place)),
    exportInput: (list: OpenList, more: object) =>
      ({
        [given.content]: {
          ...(given.exported?.(list) ?? conditionsOf(list.state)),
          sort: list.sort,
          columns: exportedColumns(list),
          ...more,
        },
      }) as unknown as ExportListInput,
    viewContent: (state: ListState, columns: Column[], shown: string[]) =>
      ({
        [given.content]: {
          ...conditionsOf(state),
          sort: sortArgument(state, columns),
          columns: shown,
          pageSize: state.size,
        },
      }) as unknown as GridViewContentInput,
  };
}

export function conditionsOf({ filter, search }: Pick<ListState, 'filter' | 'search'>) {
  return { filter, search: search || null };
}

function exportedColumns({ columns, shown }: OpenList): string[] {
  return shown.filter((key) => columns.some((column) => column.key === key && column.isExportable));
}

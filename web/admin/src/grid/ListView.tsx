import Alert from '@mui/material/Alert';
import Box from '@mui/material/Box';
import Skeleton from '@mui/material/Skeleton';
import Stack from '@mui/material/Stack';
import Typography from '@mui/material/Typography';
import { useQuery } from '@tanstack/react-query';
import { lazy, type ReactNode, Suspense, useEffect, useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { IconName } from '../components/icons';
import { PageHeader } from '../components/PageHeader';
import { QueryFrame } from '../components/QueryFrame';
import { ExportButton } from './ExportButton';
import { FilterChips } from './FilterChips';
import { type Group, readGroups, writeGroups } from './filters';
import { type CellEdit, ListGrid, type Row } from './ListGrid';
import { Count, NoRows, type Panel, Toolbar } from './ListParts';
import { ListViews } from './ListViews';
import { type GridFacts, useLabels } from './labels';
import { Pager } from './Pager';
import { type Selection, useSelection } from './selection';
import type { CountAnswer, ListAnswer, Source } from './source';
import { type Column, type ListState, sortArgument, stateOfView, useListState } from './state';

// Loaded when they are opened.
const ColumnsDialog = lazy(() => import('./ColumnsDialog'));
const Facets = lazy(() => import('./Facets'));
const FilterDialog = lazy(() => import('./FilterDialog'));
const JobDrawer = lazy(() => import('../jobs/JobDrawer'));
const SortDialog = lazy(() => import('./SortDialog'));

const NO_LAYOUTS: string[] = [];
const NO_ROWS: Row[] = [];
const NO_COLUMNS: Column[] = [];
const NO_FACTS: GridFacts = { enums: {}, options: {} };

/** What the parts that a screen adds know of the list. */
export interface OpenList {
  columns: Column[];
  facts: GridFacts;
  shown: string[];
  state: ListState;
  sort: ReturnType<typeof sortArgument>;
  count: NonNullable<CountAnswer['rows']> | undefined;
  page: Row[];
  selection: Selection;
  change: (change: Partial<ListState>) => void;
}

interface Props<L extends ListAnswer> {
  source: Source<L>;
  facts?: GridFacts;
  icon: IconName;
  /** Buttons beside the title. */
  actions?: (list: OpenList) => ReactNode;
  /** What stands below the filter while rows are selected; without it none can be. */
  bulk?: (list: OpenList) => ReactNode;
  onEdit?: (state: ListState) => (edit: CellEdit) => Promise<Row | string>;
  onOpen?: (row: Row) => void;
  renderCell?: (column: Column, row: Row, text: string) => ReactNode;
  /** Layouts of an export besides its columns, the usual one first. */
  layouts?: string[];
  /** What has to be told of changes. */
  news?: string;
}

/** The one screen of all lists: views, search, filter, facets, rows, pages. */
export function ListView<L extends ListAnswer>(props: Props<L> & { list: L }) {
  const { source, list } = props;
  const { t } = useTranslation([source.name, 'grid']);
  const [state, change] = useListState();
  const [open, setOpen] = useState<Panel | null>(null);
  const [refusal, setRefusal] = useState('');
  const facts = props.facts ?? NO_FACTS;
  const labels = useLabels(facts);
  const columns = list.gridColumns ?? NO_COLUMNS;
  const views = list.gridViews?.nodes ?? [];
  const shown = state.columns ?? columns.filter((column) => column.isDefault).map((column) => column.key);
  const groups = readGroups(state.filter, columns);
  const rows = useQuery(source.rowsQuery(state, columns));
  const count = useQuery(source.countQuery(state)).data?.rows ?? undefined;
  const selection = useSelection(state);
  useDefaultView(state, () => {
    const first = views.find((view) => view.isDefault && view.state === 'READY');
    if (first) change(stateOfView(first, columns), true);
  });
  const page = useMemo(() => (rows.data ? source.rowsOf(rows.data) : NO_ROWS), [rows.data, source]);
  const sort = sortArgument(state, columns);
  const whole: OpenList = { columns, facts, shown, state, sort, count, page, selection, change };

  function applyGroups(next: Group[]) {
    setOpen(null);
    change({ filter: writeGroups(next), isFilterBroken: false });
  }

  return (
    <Stack spacing={1.5}>
      <PageHeader title={t('title')}>
        <Count count={count} name={source.name} />
        {props.actions?.(whole)}
        <ExportButton source={source as unknown as Source} list={whole} layouts={props.layouts ?? NO_LAYOUTS} />
      </PageHeader>
      <ListViews
        source={source as unknown as Source}
        views={views}
        columns={columns}
        shown={shown}
        state={state}
        onChange={change}
      />
      <Toolbar name={source.name} columns={columns} state={state} onChange={change} onOpen={setOpen} />
      <FilterChips
        columns={columns}
        facts={facts}
        groups={groups}
        isBroken={state.isFilterBroken}
        onChange={applyGroups}
        onOpen={() => setOpen('filter')}
      />
      {props.bulk?.(whole)}
      {refusal ? (
        <Alert severity="error" role="alert" onClose={() => setRefusal('')}>
          {refusal}
        </Alert>
      ) : null}
      <Box sx={{ display: 'flex', gap: 2, flexDirection: { xs: 'column', md: 'row' } }}>
        {state.hasFacets ? (
          <Suspense fallback={<Skeleton variant="rounded" width={220} height={400} />}>
            <Facets source={source as unknown as Source} list={whole} groups={groups ?? []} onApply={applyGroups} />
          </Suspense>
        ) : null}
        <Box sx={{ flexGrow: 1, minWidth: 0 }}>
          <QueryFrame query={rows} skeleton={<Skeleton variant="rounded" height={480} />}>
            {(data) => (
              <>
                <ListGrid
                  name={source.name}
                  label={t('title')}
                  columns={columns}
                  facts={facts}
                  shown={shown}
                  rows={page}
                  state={state}
                  isLoading={rows.isFetching}
                  onSort={(next) => change({ sort: next })}
                  onEdit={props.onEdit?.(state)}
                  onRefused={setRefusal}
                  onOpen={props.onOpen}
                  renderCell={props.renderCell}
                  selection={props.bulk ? selection : undefined}
                />
                {page.length === 0 ? <NoRows name={source.name} icon={props.icon} list={whole} /> : null}
                <Pager pageInfo={data.rows?.pageInfo} state={state} onChange={change} />
              </>
            )}
          </QueryFrame>
        </Box>
      </Box>
      <Typography role="status" aria-live="polite" variant="caption">
        {props.news}
      </Typography>
      <Suspense fallback={null}>
        {open === 'filter' ? (
          <FilterDialog
            columns={columns}
            facts={facts}
            groups={groups ?? []}
            onApply={applyGroups}
            onClose={() => setOpen(null)}
          />
        ) : null}
        {open === 'columns' ? (
          <ColumnsDialog
            columns={columns}
            shown={shown}
            labelOf={labels.column}
            onClose={() => setOpen(null)}
            onApply={(keys) => {
              setOpen(null);
              change({ columns: keys });
            }}
          />
        ) : null}
        {open === 'sort' ? (
          <SortDialog
            columns={columns}
            sort={state.sort}
            labelOf={labels.column}
            onClose={() => setOpen(null)}
            onApply={(next) => {
              setOpen(null);
              change({ sort: next });
            }}
          />
        ) : null}
        {state.jobId ? (
          <JobDrawer
            id={state.jobId}
            onClose={() => change({ jobId: null })}
            onStarted={(jobId) => change({ jobId })}
          />
        ) : null}
      </Suspense>
    </Stack>
  );
}

/** An address without any state starts with the view that its viewer chose. */
function useDefaultView(state: ListState, start: () => void) {
  const [isFirst, setFirst] = useState(true);
  useEffect(() => {
    if (!isFirst) return;
    setFirst(false);
    if (window.location.search === '' && state.viewId === null) start();
  }, [isFirst, state.viewId, start]);
}

/** A list and its columns, which are asked for beside its rows. */
export function ListScreen<L extends ListAnswer>({
  of,
  ...rest
}: Omit<Props<L>, 'facts'> & {
  of: (list: L) => GridFacts;
}) {
  const list = useQuery(rest.source.listQuery);
  const facts = useMemo(() => (list.data ? of(list.data as L) : NO_FACTS), [list.data, of]);
  return (
    <QueryFrame query={list} skeleton={<Skeleton variant="rounded" height={640} />}>
      {(found) => <ListView {...rest} list={found as L} facts={facts} />}
    </QueryFrame>
  );
}

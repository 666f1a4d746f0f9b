import Alert from '@mui/material/Alert';
import Button from '@mui/material/Button';
import Link from '@mui/material/Link';
import Stack from '@mui/material/Stack';
import Typography from '@mui/material/Typography';
import { useQuery } from '@tanstack/react-query';
import { createLink, type LinkComponent, useNavigate } from '@tanstack/react-router';
import { lazy, Suspense, useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useFormats } from '../../app/formats';
import { Empty } from '../../components/Empty';
import { Icon } from '../../components/icons';
import { PageHeader } from '../../components/PageHeader';
import { QueryFrame } from '../../components/QueryFrame';
import type { CustomerListQuery } from '../../generated/graphql';
import { FilterChips } from '../../grid/FilterChips';
import { type Group, readGroups, writeGroups } from '../../grid/filters';
import { ListGrid } from '../../grid/ListGrid';
import { useLabels } from '../../grid/labels';
import { Pager } from '../../grid/Pager';
import { SearchBox } from '../../grid/SearchBox';
import { type ListState, stateOfView, useListState } from '../../grid/state';
import { CustomerViews } from './CustomerViews';
import { countQuery, factsOf, rowOf, rowsQuery } from './rows';
import { useRowEdit } from './useRowEdit';

// Loaded when they are opened.
const ColumnsDialog = lazy(() => import('../../grid/ColumnsDialog'));
const ConflictDialog = lazy(() => import('../../grid/ConflictDialog'));
const FilterDialog = lazy(() => import('../../grid/FilterDialog'));

export function CustomerGrid({ list }: { list: CustomerListQuery }) {
  const { t } = useTranslation(['customers', 'grid']);
  const [state, change] = useListState();
  const [open, setOpen] = useState<'filter' | 'columns' | null>(null);
  const columns = list.gridColumns ?? [];
  const views = list.gridViews?.nodes ?? [];
  const facts = factsOf(list);
  const labels = useLabels(facts);
  const shown = state.columns ?? columns.filter((column) => column.isDefault).map((column) => column.key);
  const groups = readGroups(state.filter, columns);
  const rows = useQuery(rowsQuery(state, columns));
  const { edit, conflict, news } = useRowEdit(state);
  const navigate = useNavigate();
  const [refusal, setRefusal] = useState('');
  useDefaultView(state, () => {
    const first = views.find((view) => view.isDefault && view.state === 'READY');
    if (first) change(stateOfView(first, columns), true);
  });

  function applyGroups(next: Group[]) {
    setOpen(null);
    change({ filter: writeGroups(next), isFilterBroken: false });
  }

  return (
    <Stack spacing={1.5}>
      <PageHeader title={t('title')}>
        <Count state={state} />
      </PageHeader>
      <CustomerViews views={views} columns={columns} shown={shown} state={state} onChange={change} />
      <Stack direction="row" sx={{ flexWrap: 'wrap', gap: 1, alignItems: 'center' }}>
        <SearchBox value={state.search} label={t('search')} onChange={(search) => change({ search })} />
        <Button startIcon={<Icon name="filter" />} onClick={() => setOpen('filter')}>
          {t('grid:filter')}
        </Button>
        <Button startIcon={<Icon name="columns" />} onClick={() => setOpen('columns')}>
          {t('grid:columns')}
        </Button>
      </Stack>
      <FilterChips
        columns={columns}
        facts={facts}
        groups={groups}
        isBroken={state.isFilterBroken}
        onChange={applyGroups}
        onOpen={() => setOpen('filter')}
      />
      {refusal ? (
        <Alert severity="error" role="alert" onClose={() => setRefusal('')}>
          {refusal}
        </Alert>
      ) : null}
      <QueryFrame query={rows}>
        {(data) => (
          <>
            <ListGrid
              name="customers"
              label={t('title')}
              columns={columns}
              facts={facts}
              shown={shown}
              rows={(data.customers?.nodes ?? []).map(rowOf)}
              state={state}
              isLoading={rows.isFetching}
              onSort={(sort) => change({ sort })}
              onEdit={edit}
              onRefused={setRefusal}
              onOpen={(row) => void navigate({ to: '/customers/$id' as never, params: { id: row.id } as never })}
              renderCell={(column, row, text) =>
                column.key === 'name' || column.key === 'number' ? <NameLink id={row.id} text={text} /> : null
              }
            />
            {data.customers?.nodes.length === 0 ? <NoRows state={state} onClear={() => change(CLEARED)} /> : null}
            <Pager pageInfo={data.customers?.pageInfo} state={state} onChange={change} />
          </>
        )}
      </QueryFrame>
      <Typography role="status" aria-live="polite" variant="caption">
        {news}
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
              change({ columns: keys, after: state.after, before: state.before });
            }}
          />
        ) : null}
        {conflict ? (
          <ConflictDialog
            conflicts={conflict.conflicts}
            nameOf={(field) =>
              labels.column(columns.find((one) => one.key === field.replace(/Id$/, '')) ?? unknown(field))
            }
            onKeepTheirs={() => conflict.decide('theirs')}
            onTakeMine={() => conflict.decide('mine')}
            onCancel={() => conflict.decide('cancel')}
          />
        ) : null}
      </Suspense>
    </Stack>
  );
}

const RouteLink = createLink(Link) as LinkComponent<typeof Link>;

/** Reached by arrows and Enter; the keyboard does not stop at each link besides. */
function NameLink({ id, text }: { id: string; text: string }) {
  return (
    <RouteLink to={'/customers/$id' as never} params={{ id } as never} tabIndex={-1} title={text}>
      {text}
    </RouteLink>
  );
}

const CLEARED = { search: '', filter: null, isFilterBroken: false };

function unknown(key: string) {
  return { key, label: key } as CustomerListQuery['gridColumns'] extends (infer C)[] | null | undefined ? C : never;
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

function Count({ state }: { state: ListState }) {
  const { t } = useTranslation('customers');
  const formats = useFormats();
  const { data } = useQuery(countQuery(state));
  const found = data?.customers;
  if (!found) return null;
  const key = found.totalCountPrecision === 'EXACT' ? 'count' : 'countAbout';
  return (
    <Typography role="status">
      {t(key, { count: found.totalCount, number: formats.number(found.totalCount) })}
    </Typography>
  );
}

function NoRows({ state, onClear }: { state: ListState; onClear: () => void }) {
  const { t } = useTranslation(['customers', 'grid']);
  if (!state.search && !state.filter) return <Empty icon="group" title={t('none')} text={t('noneText')} />;
  return (
    <Empty icon="search" title={t('noMatch')} text={t('noMatchText')}>
      <Button variant="outlined" onClick={onClear}>
        {t('grid:clearAll')}
      </Button>
    </Empty>
  );
}

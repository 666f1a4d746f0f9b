import Box from '@mui/material/Box';
import {
  DataGrid,
  GridCellEditStopReasons,
  type GridCellParams,
  type GridColDef,
  type GridEventListener,
  type GridRenderEditCellParams,
  type GridRowSelectionModel,
  type GridSortModel,
  useGridApiRef,
} from '@mui/x-data-grid';
import { type KeyboardEvent, type ReactNode, useMemo, useRef } from 'react';
import { useTranslation } from 'react-i18next';
import { nonce } from '../app/theme';
import { EditCell } from './EditCell';
import { type GridFacts, useLabels } from './labels';
import { useGridLocale } from './locale';
import { MASK } from './mask';
import type { Selection } from './selection';
import type { Column, ListState, Sort } from './state';
import { useWidths } from './widths';

const RIGHT = new Set(['INTEGER', 'MONEY']);

const LOOK = { bgcolor: 'background.paper' };

export type Row = Record<string, unknown> & { id: string };

export interface CellEdit {
  row: Row;
  column: Column;
  value: string | null;
}

interface Props {
  name: string;
  label: string;
  columns: Column[];
  facts: GridFacts;
  shown: string[];
  rows: Row[];
  state: ListState;
  isLoading: boolean;
  onSort: (sort: Sort[]) => void;
  /** Saves one cell; a text is what is wrong with it, which is told at the cell. */
  onEdit?: ((edit: CellEdit) => Promise<Row | string>) | undefined;
  /** Opens the record of a row, by Enter on a cell that cannot be edited. */
  onOpen?: ((row: Row) => void) | undefined;
  /** What is wrong with a choice, whose cell is left already. */
  onRefused?: ((message: string) => void) | undefined;
  renderCell?: ((column: Column, row: Row, text: string) => React.ReactNode) | undefined;
  /** Where rows can be selected. */
  selection?: Selection | undefined;
}

/** The one list of all lists: sorted and filtered by the service, moved in by arrows, edited in place by F2. */
export function ListGrid(props: Props) {
  const { i18n } = useTranslation('grid');
  const api = useGridApiRef();
  const labels = useLabels(props.facts);
  const [widths, setWidth] = useWidths(props.name);
  // Cells ask for what is newest when they are drawn; the grid draws all of them again for each new list of columns.
  const latest = useRef({ props, labels });
  latest.current = { props, labels };
  const { columns: known, facts, rows, state } = props;
  const shown = props.shown.join();
  const mayEdit = props.onEdit !== undefined;
  // biome-ignore lint/correctness/useExhaustiveDependencies: what the columns are made of; functions are read from `latest`
  const columns = useMemo(() => createColumns(latest, widths), [known, facts, shown, widths, mayEdit, i18n.language]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: of the columns that are shown
  const sortModel = useMemo(() => sortModelOf(props), [state.sort, shown]);
  const localeText = useGridLocale(i18n.language);

  function startByKey(cell: GridCellParams<Row>, event: KeyboardEvent) {
    if (event.key === 'Enter' && !cell.isEditable) props.onOpen?.(cell.row);
    if (event.key === 'F2' && cell.isEditable && cell.cellMode === 'view') {
      event.preventDefault();
      api.current?.startCellEditMode({ id: cell.id, field: cell.field });
    }
  }

  /** A cell of text is left by its own field, which saves first. */
  const keepOpen: GridEventListener<'cellEditStop'> = ({ reason, colDef }, event) => {
    if (reason === GridCellEditStopReasons.cellFocusOut && colDef.renderEditCell && colDef.type !== 'singleSelect') {
      event.defaultMuiPrevented = true;
    }
  };

  return (
    <Box sx={{ width: '100%', overflow: 'hidden' }}>
      <DataGrid
        apiRef={api}
        aria-label={props.label}
        nonce={nonce ?? ''}
        localeText={localeText}
        columns={columns}
        rows={rows}
        loading={props.isLoading && props.rows.length === 0}
        density="compact"
        autoHeight
        hideFooter
        disableColumnMenu
        disableRowSelectionOnClick
        {...(props.selection ? selectionProps(props.selection, rows) : {})}
        disableVirtualization={props.rows.length <= 20}
        sortingMode="server"
        sortModel={sortModel}
        onSortModelChange={(model) => props.onSort(sortOf(model))}
        onColumnWidthChange={({ colDef, width }) => setWidth(colDef.field, Math.round(width))}
        onCellKeyDown={startByKey}
        onCellEditStop={keepOpen}
        processRowUpdate={(next: Row, former: Row) => saveRow(props, next, former)}
        onProcessRowUpdateError={(error: Error) => props.onRefused?.(error.message)}
        sx={LOOK}
      />
    </Box>
  );
}

function selectionProps(selection: Selection, rows: Row[]) {
  return {
    checkboxSelection: true,
    keepNonExistentRowsSelected: true,
    rowSelectionModel: selection.model,
    onRowSelectionModelChange: (model: GridRowSelectionModel) => selection.change(model, rows),
  };
}

type Latest = { current: { props: Props; labels: ReturnType<typeof useLabels> } };

function createColumns(latest: Latest, widths: Record<string, number>): GridColDef<Row>[] {
  const { props, labels } = latest.current;
  return props.shown.flatMap((key): GridColDef<Row>[] => {
    const column = props.columns.find((one) => one.key === key);
    if (!column) return [];
    const options = labels.options(column);
    const isEditable = props.onEdit !== undefined && column.isQuickEditable;
    return [
      {
        field: key,
        headerName: labels.column(column),
        sortable: column.isSortable,
        filterable: false,
        editable: isEditable,
        width: widths[key] ?? widthOf(column),
        align: RIGHT.has(column.type) ? 'right' : 'left',
        headerAlign: RIGHT.has(column.type) ? 'right' : 'left',
        ...(isEditable && options.length > 0
          ? {
              type: 'singleSelect' as const,
              valueOptions: options,
              valueGetter: (value: unknown) => idOf(value),
            }
          : {}),
        ...(isEditable && options.length === 0
          ? {
              renderEditCell: (cell: GridRenderEditCellParams) => <EditCell {...cell} save={saveOf(latest, column)} />,
            }
          : {}),
        renderCell: ({ row }) => {
          const { props: now, labels: named } = latest.current;
          const text = named.value(column, row[key]);
          const shown = now.renderCell?.(column, row, text) ?? (text ? <span title={text}>{text}</span> : null);
          return isMasked(column, row) ? <Masked>{shown}</Masked> : shown;
        },
      },
    ];
  });
}

/** What the viewer may not see is told apart from what is empty. */
function Masked({ children }: { children: ReactNode }) {
  const { t } = useTranslation('grid');
  return <em title={t('masked')}>{children ?? MASK}</em>;
}

function isMasked(column: Column, row: Row): boolean {
  const value = row[column.key];
  return Boolean(column.missingPermission) && (value === null || value === undefined || String(value).includes(MASK));
}

function saveOf(latest: Latest, column: Column) {
  return async (row: Row, value: string | null) => latest.current.props.onEdit?.({ row, column, value }) ?? row;
}

/** A cell of choices is saved when it is left; one of text saves itself, so that it can show what is wrong. */
async function saveRow(props: Props, next: Row, former: Row): Promise<Row> {
  const changed = props.columns.find((one) => {
    const isChoice = one.isQuickEditable && (one.type === 'ID' || one.type === 'ENUM');
    return isChoice && idOf(next[one.key]) !== idOf(former[one.key]);
  });
  if (!changed || !props.onEdit) return { ...next };
  const value = (idOf(next[changed.key]) as string | null) ?? null;
  const saved = await props.onEdit({ row: former, column: changed, value });
  if (typeof saved !== 'string') return saved;
  props.onRefused?.(saved);
  return former;
}

function idOf(value: unknown): unknown {
  return typeof value === 'object' && value !== null && 'id' in value ? value.id : value;
}

function widthOf(column: Column): number {
  if (column.type === 'INTEGER' || column.type === 'BOOLEAN') return 100;
  if (column.type === 'DATE_TIME') return 180;
  return column.key === 'email' ? 240 : 150;
}

/** The grid forgets a sort by a column that is not shown; the list does not. */
function sortModelOf({ state, shown }: Props): GridSortModel {
  return state.sort
    .filter(({ key }) => shown.includes(key))
    .slice(0, 1)
    .map(({ key, direction }) => ({ field: key, sort: direction === 'ASC' ? 'asc' : 'desc' }));
}

function sortOf(model: GridSortModel): Sort[] {
  return model.map(({ field, sort }) => ({ key: field, direction: sort === 'desc' ? 'DESC' : 'ASC' }));
}

import type { GridRowSelectionModel } from '@mui/x-data-grid';
import { useEffect, useMemo, useState } from 'react';
import type { Row } from './ListGrid';
import type { ListState } from './state';

/** Which records are selected: some by their ids, from one page or several, or all that match without some. */
export type Selected = { scope: 'ids' | 'all'; ids: Set<string> };

const NOTHING: Selected = { scope: 'ids', ids: new Set() };

export interface Selection {
  selected: Selected;
  isEmpty: boolean;
  /** As the grid shows it. */
  model: GridRowSelectionModel;
  change: (model: GridRowSelectionModel, page: Row[]) => void;
  selectAll: () => void;
  clear: () => void;
}

/** What is selected stays while pages are turned; another search or filter is another list. */
export function useSelection({ search, filter }: ListState): Selection {
  const [selected, setSelected] = useState(NOTHING);
  const conditions = JSON.stringify([search, filter]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: the conditions are what it is about
  useEffect(() => setSelected(NOTHING), [conditions]);
  const model = useMemo(
    (): GridRowSelectionModel => ({ type: selected.scope === 'all' ? 'exclude' : 'include', ids: selected.ids }),
    [selected],
  );
  return {
    selected,
    isEmpty: selected.scope === 'ids' && selected.ids.size === 0,
    model,
    change: (model, page) => setSelected((before) => changeSelected(before, model, page)),
    selectAll: () => setSelected({ scope: 'all', ids: new Set() }),
    clear: () => setSelected(NOTHING),
  };
}

/** The grid knows the rows of one page; its box for all of them means this page alone. */
function changeSelected(before: Selected, model: GridRowSelectionModel, page: Row[]): Selected {
  const onPage = page.map((row) => row.id);
  const isChosen = (id: string) => model.ids.has(id) !== (model.type === 'exclude');
  const elsewhere = [...before.ids].filter((id) => !onPage.includes(id));
  if (before.scope === 'all') {
    const left = onPage.filter((id) => !isChosen(id));
    return left.length === onPage.length ? NOTHING : { scope: 'all', ids: new Set([...elsewhere, ...left]) };
  }
  return { scope: 'ids', ids: new Set([...elsewhere, ...onPage.filter(isChosen)]) };
}

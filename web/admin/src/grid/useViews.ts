import { useMutation } from '@tanstack/react-query';
import {
  type Grid,
  GridViewChangeDocument,
  type GridViewContentInput,
  GridViewRemoveDocument,
  GridViewSaveDocument,
  GridViewStartWithDocument,
} from '../generated/graphql';
import type { FieldError } from '../graph/errors';
import { request } from '../graph/request';
import type { View } from './state';

interface Saved {
  view: View | null;
  errors: FieldError[];
}

/** What can be done with saved views of one list. */
export function useViews(grid: Grid, onChanged: () => Promise<unknown>) {
  const save = useMutation({
    mutationFn: async (input: { name: string; isShared: boolean; content: GridViewContentInput }): Promise<Saved> => {
      const { gridViewCreate: done } = await request(GridViewSaveDocument, { input });
      return { view: done?.view ?? null, errors: done?.userErrors ?? [] };
    },
    onSuccess: onChanged,
  });
  const change = useMutation({
    mutationFn: async ({ view, content }: { view: View; content: GridViewContentInput }): Promise<FieldError[]> => {
      const input = { id: view.id, expectedVersion: view.version, content };
      return (await request(GridViewChangeDocument, { input })).gridViewUpdate?.userErrors ?? [];
    },
    onSuccess: onChanged,
  });
  const remove = useMutation({
    mutationFn: async (view: View): Promise<FieldError[]> =>
      (await request(GridViewRemoveDocument, { input: { id: view.id } })).gridViewDelete?.userErrors ?? [],
    onSuccess: onChanged,
  });
  const startWith = useMutation({
    mutationFn: async (view: View | null): Promise<FieldError[]> => {
      const input = { grid, viewId: view?.id ?? null };
      return (await request(GridViewStartWithDocument, { input })).gridViewSetDefault?.userErrors ?? [];
    },
    onSuccess: onChanged,
  });
  return { save, change, remove, startWith };
}

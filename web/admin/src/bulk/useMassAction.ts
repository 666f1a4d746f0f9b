import { useMutation } from '@tanstack/react-query';
import { useRef } from 'react';
import { UnselectDocument } from '../generated/graphql';
import type { FieldError } from '../graph/errors';
import { request } from '../graph/request';
import type { OpenList } from '../grid/ListView';
import type { Forecast, MassActions, Wanted } from './massActions';

interface Tried {
  forecast: Forecast | null;
  errors: FieldError[];
}

export type Wish<P> = Omit<Wanted<P>, 'selectionId'>;

/** The records are frozen once, so that what is tried is what is done. */
export function useMassAction<P>(of: MassActions<P>, list: OpenList, onStarted: (jobId: string) => void) {
  const selectionId = useRef<string | null>(null);
  const key = useRef<{ wish: Wish<P>; key: string } | null>(null);

  async function select(): Promise<FieldError[]> {
    if (selectionId.current) return [];
    const made = await of.select(list);
    selectionId.current = made.selectionId;
    return made.errors;
  }

  const attempt = useMutation({
    mutationFn: async (wish: Wish<P>): Promise<Tried> => {
      const errors = await select();
      if (errors.length > 0) return { forecast: null, errors };
      const tried = await of.attempt({ ...wish, selectionId: selectionId.current ?? '' });
      return { ...tried, forecast: tried.errors.length === 0 ? tried.forecast : null };
    },
  });

  const act = useMutation({
    mutationFn: async (wish: Wish<P>): Promise<FieldError[]> => {
      // The same for a second press and after a sign-in, another for another wish.
      if (key.current?.wish !== wish) key.current = { wish, key: crypto.randomUUID() };
      const done = await of.act({ ...wish, selectionId: selectionId.current ?? '' }, key.current.key);
      if (done.jobId) {
        await forget();
        onStarted(done.jobId);
      }
      return done.errors;
    },
  });

  /** A selection that is left alone ends by itself. */
  async function forget(): Promise<void> {
    const id = selectionId.current;
    selectionId.current = null;
    if (id) await request(UnselectDocument, { input: { id } }).catch(() => undefined);
  }

  return { attempt, act, forget };
}

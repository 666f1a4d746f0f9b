import { useMutation } from '@tanstack/react-query';
import { useRef } from 'react';
import {
  type CustomerMassActionInput,
  type CustomerMassActionKind,
  CustomerMassDoDocument,
  CustomerMassTryDocument,
  type CustomerMassTryMutation,
  CustomerSelectDocument,
  CustomerUnselectDocument,
} from '../../../generated/graphql';
import type { FieldError } from '../../../graph/errors';
import { request } from '../../../graph/request';
import type { OpenList } from '../../../grid/ListView';
import { selectionOf } from '../selected';
import { type Parameters, writeParameters } from './parameters';

export interface Wanted {
  action: CustomerMassActionKind;
  parameters: Parameters;
}

export type Forecast = NonNullable<CustomerMassTryMutation['customerMassAction']>;

interface Tried {
  forecast: Forecast | null;
  errors: FieldError[];
}

/** The customers are frozen once, so that what is tried is what is done. */
export function useMassAction(list: OpenList, onStarted: (jobId: string) => void) {
  const selectionId = useRef<string | null>(null);
  const key = useRef<{ wanted: Wanted; key: string } | null>(null);

  async function select(): Promise<FieldError[]> {
    if (selectionId.current) return [];
    const { customerSelectionCreate: made } = await request(CustomerSelectDocument, { input: selectionOf(list) });
    selectionId.current = made?.selection?.id ?? null;
    return made?.userErrors ?? [];
  }

  function inputOf({ action, parameters }: Wanted): CustomerMassActionInput {
    const selection = { selectionId: selectionId.current } as CustomerMassActionInput['selection'];
    return { action, selection, errorPolicy: 'SKIP', ...writeParameters(action, parameters) };
  }

  const attempt = useMutation({
    mutationFn: async (wanted: Wanted): Promise<Tried> => {
      const errors = await select();
      if (errors.length > 0) return { forecast: null, errors };
      const { customerMassAction: tried } = await request(CustomerMassTryDocument, { input: inputOf(wanted) });
      const refused = tried?.userErrors ?? [];
      return { forecast: refused.length === 0 ? (tried ?? null) : null, errors: refused };
    },
  });

  const act = useMutation({
    mutationFn: async (wanted: Wanted): Promise<FieldError[]> => {
      // The same for a second press and after a sign-in, another for another wish.
      if (key.current?.wanted !== wanted) key.current = { wanted, key: crypto.randomUUID() };
      const input = { ...inputOf(wanted), idempotencyKey: key.current.key };
      const { customerMassAction: done } = await request(CustomerMassDoDocument, { input });
      if (done?.job) {
        await forget();
        onStarted(done.job.id);
      }
      return done?.userErrors ?? [];
    },
  });

  /** A selection that is left alone ends by itself. */
  async function forget(): Promise<void> {
    const id = selectionId.current;
    selectionId.current = null;
    if (id) await request(CustomerUnselectDocument, { input: { id } }).catch(() => undefined);
  }

  return { attempt, act, forget };
}

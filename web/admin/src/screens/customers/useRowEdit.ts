import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { releaseFocus } from '../../app/focus';
import {
  type CustomerQuickEditInput,
  CustomerRowEditDocument,
  type CustomerRowEditMutation,
} from '../../generated/graphql';
import { request } from '../../graph/request';
import type { FieldConflict } from '../../grid/ConflictDialog';
import type { CellEdit, Row } from '../../grid/ListGrid';
import type { ListState } from '../../grid/state';
import { EDITED_FIELDS, rowOf } from './rows';

export interface OpenConflict {
  conflicts: FieldConflict[];
  decide: (choice: 'mine' | 'theirs' | 'cancel') => void;
}

type Payload = NonNullable<CustomerRowEditMutation['customerQuickEdit']>;

/** Saves cells; a conflict is decided by the person before the cell is left. */
export function useRowEdit() {
  const { t } = useTranslation('customers');
  const client = useQueryClient();
  const [conflict, setConflict] = useState<OpenConflict | null>(null);
  const [news, setNews] = useState('');

  async function send(edit: CellEdit, version: number, state: ListState): Promise<Row | string> {
    const field = EDITED_FIELDS[edit.column.key] ?? edit.column.key;
    const input = { id: edit.row.id, expectedVersion: version, [field]: edit.value } as CustomerQuickEditInput;
    const { customerQuickEdit } = await request(CustomerRowEditDocument, { input, filter: state.filter });
    if (!customerQuickEdit) return t('notSaved');
    const [error] = customerQuickEdit.userErrors;
    if (error && 'conflicts' in error) return resolve(edit, error, state);
    if (error || !customerQuickEdit.customer) return error?.message ?? t('notSaved');
    setNews(t(customerQuickEdit.stillMatches === false ? 'savedAndLeft' : 'saved'));
    void client.invalidateQueries({ queryKey: ['customers', 'rows'] });
    return rowOf(customerQuickEdit.customer);
  }

  async function resolve(
    edit: CellEdit,
    error: Extract<Payload['userErrors'][number], { conflicts: unknown }>,
    state: ListState,
  ) {
    releaseFocus();
    const choice = await new Promise<'mine' | 'theirs' | 'cancel'>((decide) =>
      setConflict({ conflicts: error.conflicts, decide }),
    );
    setConflict(null);
    if (choice === 'mine') return send(edit, error.currentVersion, state);
    if (choice === 'theirs' && error.customer) {
      void client.invalidateQueries({ queryKey: ['customers', 'rows'] });
      return rowOf(error.customer);
    }
    // The cell stays open with what was typed.
    return error.message;
  }

  const edit = (state: ListState) => (one: CellEdit) => send(one, one.row.version as number, state);
  return { edit, conflict, news };
}

import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { releaseFocus } from '../../app/focus';
import type { Value } from '../../form/fields';
import { SettingsSaveDocument, type SettingsSaveMutation } from '../../generated/graphql';
import type { FieldError } from '../../graph/errors';
import { request } from '../../graph/request';
import type { FieldConflict } from '../../grid/ConflictDialog';
import { type Edits, type Setting, scopeInput, writtenValue } from './settings';

type SaveError = NonNullable<SettingsSaveMutation['configurationUpdate']>['userErrors'][number];
type Conflict = FieldConflict & { currentVersion: number };

interface State {
  isPending: boolean;
  failure: Error | null;
  /** By the path of a setting; `''` for what is about none. */
  errors: Record<string, string>;
  conflicts: Conflict[];
  news: string;
}

const IDLE: State = { isPending: false, failure: null, errors: {}, conflicts: [], news: '' };

/** What was changed at one scope and is not saved: all of it is saved, or nothing. */
export function useSettingsForm(scope: string, settings: Setting[]) {
  const { t } = useTranslation('form');
  const client = useQueryClient();
  const [edits, setEdits] = useState<Edits>({});
  const [state, setState] = useState<State>(IDLE);
  const known = new Map(settings.map((setting) => [setting.path, setting]));
  const reload = () => client.invalidateQueries({ queryKey: ['settings'] });

  function change({ path, version }: Setting, value: Value | null) {
    setEdits({ ...edits, [path]: { value, version: edits[path]?.version ?? version } });
    setState({ ...state, news: '' });
  }

  function drop(...paths: string[]) {
    setEdits(Object.fromEntries(Object.entries(edits).filter(([path]) => !paths.includes(path))));
    setState(IDLE);
  }

  async function save(wanted: Edits = edits) {
    const { input, at } = writeForm(scope, wanted, known);
    setState({ ...IDLE, isPending: true });
    try {
      const errors = (await request(SettingsSaveDocument, { input })).configurationUpdate?.userErrors ?? [];
      const conflicts = errors.flatMap((error) => readConflict(error, at));
      if (conflicts.length > 0) releaseFocus();
      if (errors.length > 0) return setState({ ...IDLE, errors: byPath(errors, at), conflicts });
      await reload();
      setEdits({});
      setState({ ...IDLE, news: t('saved') });
    } catch (failure) {
      setState({ ...IDLE, failure: failure as Error });
    }
  }

  async function decide(choice: 'mine' | 'theirs' | 'cancel') {
    const { conflicts } = state;
    setState(IDLE);
    if (choice === 'cancel') return;
    if (choice === 'theirs') {
      drop(...conflicts.map((one) => one.field));
      await reload();
      return;
    }
    const mine = conflicts.map(({ field, currentVersion }) => [
      field,
      { value: edits[field]?.value ?? null, version: currentVersion },
    ]);
    const next = { ...edits, ...Object.fromEntries(mine) };
    setEdits(next);
    await save(next);
  }

  return { edits, state, change, drop, save, decide };
}

function writeForm(scope: string, edits: Edits, known: Map<string, Setting>) {
  const all = Object.entries(edits).flatMap(([path, edit]) => {
    const setting = known.get(path);
    return setting ? [{ path, edit, setting }] : [];
  });
  const values = all.flatMap(({ path, edit, setting }) =>
    edit.value === null ? [] : [{ path, value: writtenValue(setting, edit.value), expectedVersion: edit.version }],
  );
  const resets = all.flatMap(({ path, edit }) =>
    edit.value === null ? [{ path, expectedVersion: edit.version }] : [],
  );
  const at = { values: values.map((one) => one.path), resets: resets.map((one) => one.path) };
  return { input: { scope: scopeInput(scope), values, resets }, at };
}

type Places = Record<string, string[]>;

/** The setting that an error is about, from its place in the form that was sent. */
function pathOf(error: FieldError, at: Places): string {
  const [list = '', place = ''] = error.path ?? [];
  return at[list]?.[Number(place)] ?? '';
}

function byPath(errors: SaveError[], at: Places): Record<string, string> {
  return Object.fromEntries(errors.toReversed().map((error) => [pathOf(error, at), error.message]));
}

function readConflict(error: SaveError, at: Places): Conflict[] {
  if (!('conflicts' in error)) return [];
  const { currentVersion } = error;
  return error.conflicts.map((one) => ({ ...one, field: pathOf(error, at), currentVersion }));
}

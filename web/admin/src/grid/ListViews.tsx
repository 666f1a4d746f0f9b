import Alert from '@mui/material/Alert';
import { useQueryClient } from '@tanstack/react-query';
import { lazy, Suspense, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Failure } from '../components/Failure';
import type { Source } from './source';
import { type Column, type ListState, readState, stateOfView, type View } from './state';
import { useViews } from './useViews';
import { type ViewAction, ViewTabs } from './ViewTabs';

const SaveViewDialog = lazy(() => import('./SaveViewDialog'));

interface Props {
  source: Source;
  views: View[];
  columns: Column[];
  shown: string[];
  state: ListState;
  onChange: (change: Partial<ListState>) => void;
}

export function ListViews({ source, views, columns, shown, state, onChange }: Props) {
  const { t } = useTranslation([source.name, 'grid']);
  const client = useQueryClient();
  const { save, change, remove, startWith } = useViews(source.grid, () => client.invalidateQueries(source.listQuery));
  const [isSaving, setSaving] = useState(false);
  const content = source.viewContent(state, columns, shown);

  async function act(action: ViewAction, view: View | null) {
    if (action === 'save') setSaving(true);
    if (action === 'change' && view) await change.mutateAsync({ view, content });
    if (action === 'start') await startWith.mutateAsync(view);
    if (action === 'remove' && view) {
      const errors = await remove.mutateAsync(view);
      if (errors.length === 0) onChange({ viewId: null });
    }
  }

  const problems = [change, remove, startWith].flatMap((one) => one.data ?? []);
  const failure = [change, remove, startWith].find((one) => one.error)?.error;
  return (
    <>
      <ViewTabs
        views={views}
        current={state.viewId}
        allLabel={t('all')}
        onChoose={(view) => onChange(view ? stateOfView(view, columns) : readState({}))}
        onAction={(action, view) => void act(action, view).catch(() => undefined)}
      />
      {failure ? <Failure error={failure} /> : null}
      {problems.map((problem) => (
        <Alert key={problem.key} severity="error" role="alert">
          {problem.message}
        </Alert>
      ))}
      {isSaving ? (
        <Suspense fallback={null}>
          <SaveViewDialog
            isPending={save.isPending}
            error={save.error}
            errors={save.data?.errors ?? []}
            onClose={() => setSaving(false)}
            onSave={(name, isShared) =>
              save.mutate(
                { name, isShared, content },
                {
                  onSuccess: ({ view }) => {
                    if (!view) return;
                    setSaving(false);
                    onChange({ viewId: view.id });
                  },
                },
              )
            }
          />
        </Suspense>
      ) : null}
    </>
  );
}

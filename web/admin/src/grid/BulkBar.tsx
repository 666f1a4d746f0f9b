import Button from '@mui/material/Button';
import Paper from '@mui/material/Paper';
import Typography from '@mui/material/Typography';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { useFormats } from '../app/formats';
import type { Row } from './ListGrid';
import type { Selection } from './selection';

interface Props {
  selection: Selection;
  page: Row[];
  /** How many match, where it is known. */
  total: number | undefined;
  isExact: boolean;
  children: ReactNode;
}

/** What is selected, in words and numbers, and what can be done with it. */
export function BulkBar({ selection, page, total, isExact, children }: Props) {
  const { t } = useTranslation('grid');
  const { number } = useFormats();
  if (selection.isEmpty) return null;
  const { scope, ids } = selection.selected;
  const count = scope === 'all' ? (total ?? 0) - ids.size : ids.size;
  const isPage = ids.size === page.length && page.every((row) => ids.has(row.id));
  const counted = { count, number: number(count) };
  const words =
    scope === 'all'
      ? [
          t(isExact ? 'selected.all' : 'selected.allAbout', counted),
          ids.size ? t('selected.except', { count: ids.size, number: number(ids.size) }) : '',
        ]
      : [t(isPage ? 'selected.page' : 'selected.ids', counted)];
  return (
    <Paper
      variant="outlined"
      component="section"
      aria-label={t('selected.title')}
      sx={{ p: 1, display: 'flex', flexWrap: 'wrap', gap: 1, alignItems: 'center' }}
    >
      <Typography role="status" sx={{ fontWeight: 600 }}>
        {words.filter(Boolean).join(' ')}
      </Typography>
      {scope === 'ids' && total !== undefined && total > ids.size ? (
        <Button size="small" onClick={selection.selectAll}>
          {t(isExact ? 'selected.selectAll' : 'selected.selectAllAbout', { count: total, number: number(total) })}
        </Button>
      ) : null}
      <Button size="small" onClick={selection.clear}>
        {t('selected.clear')}
      </Button>
      {children}
    </Paper>
  );
}

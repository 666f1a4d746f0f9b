import Button from '@mui/material/Button';
import Dialog from '@mui/material/Dialog';
import DialogActions from '@mui/material/DialogActions';
import DialogContent from '@mui/material/DialogContent';
import DialogTitle from '@mui/material/DialogTitle';
import Paper from '@mui/material/Paper';
import Stack from '@mui/material/Stack';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Icon } from '../components/icons';
import { ConditionRow } from './ConditionRow';
import type { Condition, Group } from './filters';
import { operatorsOf } from './filters';
import { type GridFacts, useLabels } from './labels';
import type { Column } from './state';

interface Props {
  columns: Column[];
  facts: GridFacts;
  groups: Group[];
  onApply: (groups: Group[]) => void;
  onClose: () => void;
}

/** Groups of conditions: one of each group has to hold. */
export default function FilterDialog({ columns, facts, groups, onApply, onClose }: Props) {
  const { t } = useTranslation('grid');
  const labels = useLabels(facts);
  const usable = columns.filter((column) => column.isFilterable && operatorsOf(column).length > 0);
  const [draft, setDraft] = useState<Group[]>(() => (groups.length > 0 ? groups : [[firstOf(usable)]]));
  const isComplete = draft.every((group) => group.every((condition) => isFilledIn(condition)));

  function changeGroup(place: number, group: Group) {
    setDraft(draft.map((one, at) => (at === place ? group : one)).filter((one) => one.length > 0));
  }

  return (
    <Dialog open onClose={onClose} aria-labelledby="filter-title" fullWidth maxWidth="md">
      <DialogTitle id="filter-title">{t('filter')}</DialogTitle>
      <DialogContent dividers>
        <Stack spacing={1.5}>
          {draft.map((group, place) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: conditions have no name but their place
            <Paper key={place} variant="outlined" sx={{ p: 1.5 }} component="fieldset">
              <Stack spacing={1}>
                {group.map((condition, at) => (
                  <ConditionRow
                    // biome-ignore lint/suspicious/noArrayIndexKey: conditions have no name but their place
                    key={at}
                    columns={usable}
                    labels={labels}
                    condition={condition}
                    onChange={(next) => changeGroup(place, group.with(at, next))}
                    onRemove={() => changeGroup(place, group.toSpliced(at, 1))}
                  />
                ))}
                <Button
                  size="small"
                  sx={{ alignSelf: 'flex-start' }}
                  onClick={() => changeGroup(place, [...group, firstOf(usable)])}
                >
                  {t('or')}
                </Button>
              </Stack>
            </Paper>
          ))}
          <Button
            startIcon={<Icon name="add" />}
            sx={{ alignSelf: 'flex-start' }}
            onClick={() => setDraft([...draft, [firstOf(usable)]])}
          >
            {t('and')}
          </Button>
        </Stack>
      </DialogContent>
      <DialogActions>
        <Button onClick={() => onApply([])}>{t('clearFilter')}</Button>
        <Button onClick={onClose}>{t('common:cancel')}</Button>
        <Button variant="contained" disabled={!isComplete} onClick={() => onApply(draft)}>
          {t('common:apply')}
        </Button>
      </DialogActions>
    </Dialog>
  );
}

function firstOf(columns: Column[]): Condition {
  const column = columns.find((one) => one.type === 'STRING') ?? columns[0];
  return { key: column?.key ?? '', operator: column?.operators.includes('contains') ? 'contains' : 'eq', value: '' };
}

function isFilledIn({ value }: Condition): boolean {
  return Array.isArray(value) ? value.length > 0 : value !== '' && value !== null && value !== undefined;
}

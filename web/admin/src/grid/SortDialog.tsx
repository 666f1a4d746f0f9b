import Button from '@mui/material/Button';
import Dialog from '@mui/material/Dialog';
import DialogActions from '@mui/material/DialogActions';
import DialogContent from '@mui/material/DialogContent';
import DialogTitle from '@mui/material/DialogTitle';
import MenuItem from '@mui/material/MenuItem';
import Stack from '@mui/material/Stack';
import TextField from '@mui/material/TextField';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Column, Direction, Sort } from './state';

const PLACES = [0, 1, 2];
const NONE = '';

interface Props {
  columns: Column[];
  sort: Sort[];
  labelOf: (column: Column) => string;
  onApply: (sort: Sort[]) => void;
  onClose: () => void;
}

/** Up to three columns that the list is sorted by, the first one first. */
export default function SortDialog({ columns, sort, labelOf, onApply, onClose }: Props) {
  const { t } = useTranslation('grid');
  const [chosen, setChosen] = useState(sort);
  const sortable = columns.filter((column) => column.isSortable);

  function choose(place: number, key: string) {
    setChosen(
      key === NONE
        ? chosen.slice(0, place)
        : chosen.toSpliced(place, 1, { key, direction: chosen[place]?.direction ?? 'ASC' }),
    );
  }

  return (
    <Dialog open onClose={onClose} aria-labelledby="sort-title" fullWidth maxWidth="xs">
      <DialogTitle id="sort-title">{t('sort')}</DialogTitle>
      <DialogContent dividers>
        <Stack spacing={2}>
          {PLACES.slice(0, chosen.length + 1).map((place) => (
            <Stack key={place} direction="row" spacing={1}>
              <TextField
                select
                fullWidth
                label={t(place === 0 ? 'sortBy' : 'thenBy')}
                value={chosen[place]?.key ?? NONE}
                onChange={(event) => choose(place, event.target.value)}
              >
                <MenuItem value={NONE}>{t('unsorted')}</MenuItem>
                {sortable
                  .filter(({ key }) => !chosen.some((one, other) => one.key === key && other !== place))
                  .map((column) => (
                    <MenuItem key={column.key} value={column.key}>
                      {labelOf(column)}
                    </MenuItem>
                  ))}
              </TextField>
              {chosen[place] ? (
                <TextField
                  select
                  label={t('direction')}
                  value={chosen[place].direction}
                  onChange={(event) =>
                    setChosen(
                      chosen.with(place, {
                        key: chosen[place]?.key ?? NONE,
                        direction: event.target.value as Direction,
                      }),
                    )
                  }
                  sx={{ minWidth: 140 }}
                >
                  <MenuItem value="ASC">{t('ascending')}</MenuItem>
                  <MenuItem value="DESC">{t('descending')}</MenuItem>
                </TextField>
              ) : null}
            </Stack>
          ))}
        </Stack>
      </DialogContent>
      <DialogActions>
        <Button onClick={onClose}>{t('common:cancel')}</Button>
        <Button variant="contained" onClick={() => onApply(chosen)}>
          {t('common:apply')}
        </Button>
      </DialogActions>
    </Dialog>
  );
}

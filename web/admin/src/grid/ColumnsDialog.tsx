import Button from '@mui/material/Button';
import Checkbox from '@mui/material/Checkbox';
import Dialog from '@mui/material/Dialog';
import DialogActions from '@mui/material/DialogActions';
import DialogContent from '@mui/material/DialogContent';
import DialogTitle from '@mui/material/DialogTitle';
import FormControlLabel from '@mui/material/FormControlLabel';
import IconButton from '@mui/material/IconButton';
import List from '@mui/material/List';
import ListItem from '@mui/material/ListItem';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Icon } from '../components/icons';
import type { Column } from './state';

interface Props {
  columns: Column[];
  shown: string[];
  labelOf: (column: Column) => string;
  onApply: (keys: string[] | null) => void;
  onClose: () => void;
}

/** Which columns are shown, and in which order. */
export default function ColumnsDialog({ columns, shown, labelOf, onApply, onClose }: Props) {
  const { t } = useTranslation('grid');
  const hidden = columns.map((column) => column.key).filter((key) => !shown.includes(key));
  const [order, setOrder] = useState([...shown, ...hidden]);
  const [chosen, setChosen] = useState(new Set(shown));

  function toggle(key: string) {
    const next = new Set(chosen);
    if (!next.delete(key)) next.add(key);
    setChosen(next);
  }

  function move(place: number, by: number) {
    const next = [...order];
    const [moved] = next.splice(place, 1);
    if (moved) next.splice(place + by, 0, moved);
    setOrder(next);
  }

  return (
    <Dialog open onClose={onClose} aria-labelledby="columns-title" fullWidth maxWidth="xs">
      <DialogTitle id="columns-title">{t('columns')}</DialogTitle>
      <DialogContent dividers>
        <List dense disablePadding>
          {order.map((key, place) => {
            const column = columns.find((one) => one.key === key);
            if (!column) return null;
            const label = labelOf(column);
            return (
              <ListItem key={key} disableGutters sx={{ py: 0 }}>
                <FormControlLabel
                  sx={{ flexGrow: 1 }}
                  control={<Checkbox size="small" checked={chosen.has(key)} onChange={() => toggle(key)} />}
                  label={label}
                />
                <IconButton
                  size="small"
                  disabled={place === 0}
                  aria-label={t('moveUp', { name: label })}
                  onClick={() => move(place, -1)}
                >
                  <Icon name="up" />
                </IconButton>
                <IconButton
                  size="small"
                  disabled={place === order.length - 1}
                  aria-label={t('moveDown', { name: label })}
                  onClick={() => move(place, 1)}
                >
                  <Icon name="down" />
                </IconButton>
              </ListItem>
            );
          })}
        </List>
      </DialogContent>
      <DialogActions>
        <Button onClick={() => onApply(null)}>{t('common:reset')}</Button>
        <Button onClick={onClose}>{t('common:cancel')}</Button>
        <Button
          variant="contained"
          disabled={chosen.size === 0}
          onClick={() => onApply(order.filter((key) => chosen.has(key)))}
        >
          {t('common:apply')}
        </Button>
      </DialogActions>
    </Dialog>
  );
}

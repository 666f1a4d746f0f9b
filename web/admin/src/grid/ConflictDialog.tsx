import Button from '@mui/material/Button';
import Dialog from '@mui/material/Dialog';
import DialogActions from '@mui/material/DialogActions';
import DialogContent from '@mui/material/DialogContent';
import DialogTitle from '@mui/material/DialogTitle';
import Table from '@mui/material/Table';
import TableBody from '@mui/material/TableBody';
import TableCell from '@mui/material/TableCell';
import TableHead from '@mui/material/TableHead';
import TableRow from '@mui/material/TableRow';
import Typography from '@mui/material/Typography';
import { useTranslation } from 'react-i18next';

export interface FieldConflict {
  field: string;
  base?: string | null;
  yours?: string | null;
  stored?: string | null;
  baseLabel?: string | null;
  yoursLabel?: string | null;
  storedLabel?: string | null;
}

interface Props {
  conflicts: FieldConflict[];
  nameOf: (field: string) => string;
  onKeepTheirs: () => void;
  onTakeMine: () => void;
  onCancel: () => void;
}

/** Somebody changed the same field meanwhile: what it was, what it is now, what is to be written. */
export default function ConflictDialog({ conflicts, nameOf, onKeepTheirs, onTakeMine, onCancel }: Props) {
  const { t } = useTranslation('grid');
  return (
    <Dialog open onClose={onCancel} aria-labelledby="conflict-title" maxWidth="md">
      <DialogTitle id="conflict-title">{t('conflict.title')}</DialogTitle>
      <DialogContent>
        <Typography sx={{ mb: 2 }}>{t('conflict.text')}</Typography>
        <Table size="small">
          <TableHead>
            <TableRow>
              {['field', 'was', 'now', 'yours'].map((key) => (
                <TableCell key={key}>{t(`conflict.${key}`)}</TableCell>
              ))}
            </TableRow>
          </TableHead>
          <TableBody>
            {conflicts.map((one) => (
              <TableRow key={one.field}>
                <TableCell component="th" scope="row">
                  {nameOf(one.field)}
                </TableCell>
                <TableCell>{one.baseLabel ?? one.base}</TableCell>
                <TableCell>{one.storedLabel ?? one.stored}</TableCell>
                <TableCell>{one.yoursLabel ?? one.yours}</TableCell>
              </TableRow>
            ))}
          </TableBody>
        </Table>
      </DialogContent>
      <DialogActions>
        <Button onClick={onCancel}>{t('common:cancel')}</Button>
        <Button onClick={onKeepTheirs}>{t('conflict.keepTheirs')}</Button>
        <Button variant="contained" onClick={onTakeMine}>
          {t('conflict.takeMine')}
        </Button>
      </DialogActions>
    </Dialog>
  );
}

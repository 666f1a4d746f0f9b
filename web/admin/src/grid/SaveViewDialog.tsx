import Button from '@mui/material/Button';
import Checkbox from '@mui/material/Checkbox';
import Dialog from '@mui/material/Dialog';
import DialogActions from '@mui/material/DialogActions';
import DialogContent from '@mui/material/DialogContent';
import DialogTitle from '@mui/material/DialogTitle';
import FormControlLabel from '@mui/material/FormControlLabel';
import Stack from '@mui/material/Stack';
import TextField from '@mui/material/TextField';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Failure } from '../components/Failure';
import type { FieldError } from '../graph/errors';
import { usePermission } from '../graph/viewer';

interface Props {
  isPending: boolean;
  error: Error | null;
  errors: FieldError[];
  onSave: (name: string, isShared: boolean) => void;
  onClose: () => void;
}

export default function SaveViewDialog({ isPending, error, errors, onSave, onClose }: Props) {
  const { t } = useTranslation('grid');
  const [name, setName] = useState('');
  const [isShared, setShared] = useState(false);
  const mayShare = usePermission('VIEWS_SHARE');
  return (
    <Dialog open onClose={onClose} aria-labelledby="view-title" fullWidth maxWidth="xs">
      <form
        onSubmit={(event) => {
          event.preventDefault();
          onSave(name.trim(), isShared);
        }}
      >
        <DialogTitle id="view-title">{t('saveAsView')}</DialogTitle>
        <DialogContent>
          <Stack spacing={1} sx={{ pt: 1 }}>
            <TextField
              label={t('viewName')}
              value={name}
              autoFocus
              error={errors.length > 0}
              helperText={errors.map((one) => one.message).join(' ')}
              onChange={(event) => setName(event.target.value)}
              slotProps={{ htmlInput: { maxLength: 100 } }}
            />
            {mayShare ? (
              <FormControlLabel
                control={<Checkbox checked={isShared} onChange={(_, checked) => setShared(checked)} />}
                label={t('share')}
              />
            ) : null}
            {error ? <Failure error={error} /> : null}
          </Stack>
        </DialogContent>
        <DialogActions>
          <Button onClick={onClose}>{t('common:cancel')}</Button>
          <Button type="submit" variant="contained" loading={isPending} disabled={name.trim() === ''}>
            {t('common:save')}
          </Button>
        </DialogActions>
      </form>
    </Dialog>
  );
}

import Button from '@mui/material/Button';
import Dialog from '@mui/material/Dialog';
import DialogActions from '@mui/material/DialogActions';
import DialogContent from '@mui/material/DialogContent';
import DialogTitle from '@mui/material/DialogTitle';
import Typography from '@mui/material/Typography';
import { useQueryClient } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { session } from '../../graph/session';
import { useViewer, viewerQuery } from '../../graph/viewer';
import { SignInForm } from '../../sign-in/SignInForm';

/** A sign-in over the page: nothing that was typed is lost, and requests that were refused are sent again. */
export default function SignInOver() {
  const { t } = useTranslation();
  const client = useQueryClient();
  const before = useViewer().staff;

  async function resume(staffId: string) {
    if (staffId !== before?.id) {
      // Somebody else: what the former person typed and saw is not theirs.
      window.location.assign('/admin');
      return;
    }
    session.resume();
    await client.invalidateQueries(viewerQuery);
  }

  function leave() {
    session.abandon();
    window.location.assign('/admin/sign-in');
  }

  return (
    <Dialog open aria-labelledby="sign-in-over">
      <DialogTitle id="sign-in-over">{t('session.ended')}</DialogTitle>
      <DialogContent>
        <Typography sx={{ mb: 2 }}>{t('session.endedText')}</Typography>
        <SignInForm email={before?.email ?? ''} onSignedIn={(staffId) => void resume(staffId)} />
      </DialogContent>
      <DialogActions>
        <Button onClick={leave}>{t('session.leave')}</Button>
      </DialogActions>
    </Dialog>
  );
}

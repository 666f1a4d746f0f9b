import Button from '@mui/material/Button';
import Dialog from '@mui/material/Dialog';
import DialogActions from '@mui/material/DialogActions';
import DialogContent from '@mui/material/DialogContent';
import DialogTitle from '@mui/material/DialogTitle';
import Link from '@mui/material/Link';
import Typography from '@mui/material/Typography';
import { useTranslation } from 'react-i18next';
import type { Screen } from '../../screens/screen';

const GUIDE = 'https://github.com/customer-gql/customer-gql/blob/main/docs/guide';
const KEYS = ['?', '/', '↑ ↓ ← →', 'Enter', 'F2', 'Esc', 'Ctrl+Enter'];

interface Props {
  onClose: () => void;
  screen: Screen | undefined;
}

/** What the keyboard does, and the page of the guide about this screen. */
export default function HelpDialog({ onClose, screen }: Props) {
  const { t } = useTranslation();
  return (
    <Dialog open onClose={onClose} aria-labelledby="help-title">
      <DialogTitle id="help-title">{t('help.title')}</DialogTitle>
      <DialogContent>
        <Typography component="dl" sx={{ display: 'grid', gridTemplateColumns: 'auto 1fr', gap: 1, m: 0 }}>
          {KEYS.map((key) => (
            <KeyLine key={key} name={key} text={t(`help.keys.${key}`)} />
          ))}
        </Typography>
        <Typography sx={{ mt: 2 }}>
          <Link href={`${GUIDE}/${screen?.name ?? 'README'}.md`} target="_blank" rel="noopener noreferrer">
            {t('help.guide')}
          </Link>
        </Typography>
      </DialogContent>
      <DialogActions>
        <Button onClick={onClose}>{t('close')}</Button>
      </DialogActions>
    </Dialog>
  );
}

function KeyLine({ name, text }: { name: string; text: string }) {
  return (
    <>
      <dt>
        <kbd>{name}</kbd>
      </dt>
      <dd>{text}</dd>
    </>
  );
}

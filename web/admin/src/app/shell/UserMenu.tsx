import Button from '@mui/material/Button';
import Divider from '@mui/material/Divider';
import ListItemIcon from '@mui/material/ListItemIcon';
import Menu from '@mui/material/Menu';
import MenuItem from '@mui/material/MenuItem';
import { useColorScheme } from '@mui/material/styles';
import { createLink, type LinkComponent } from '@tanstack/react-router';
import { type MouseEvent, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Icon } from '../../components/icons';
import { SignOutDocument } from '../../generated/graphql';
import { request } from '../../graph/request';
import { session } from '../../graph/session';
import { useViewer } from '../../graph/viewer';
import { changeLanguage, LANGUAGES, type Language } from '../language';

const LinkItem = createLink(MenuItem) as LinkComponent<typeof MenuItem>;
const MODES = ['light', 'dark', 'system'] as const;

/** Who is signed in, how the page looks, and the way out. */
export function UserMenu() {
  const { t, i18n } = useTranslation();
  const { staff } = useViewer();
  const { mode, setMode } = useColorScheme();
  const [anchor, setAnchor] = useState<HTMLElement | null>(null);
  const open = (event: MouseEvent<HTMLElement>) => setAnchor(event.currentTarget);
  return (
    <>
      <Button
        color="inherit"
        startIcon={<Icon name="person" />}
        onClick={open}
        aria-haspopup="menu"
        aria-expanded={anchor !== null}
        sx={{ maxWidth: 220, whiteSpace: 'nowrap', overflow: 'hidden' }}
      >
        {staff?.name}
      </Button>
      <Menu anchorEl={anchor} open={anchor !== null} onClose={() => setAnchor(null)}>
        <MenuItem disabled>{staff?.email}</MenuItem>
        <LinkItem to={'/profile' as never} onClick={() => setAnchor(null)}>
          {t('screen.profile')}
        </LinkItem>
        <Divider />
        {MODES.map((one) => (
          <MenuItem key={one} role="menuitemradio" aria-checked={mode === one} onClick={() => setMode(one)}>
            <ListItemIcon>{mode === one ? <Icon name="check" /> : null}</ListItemIcon>
            {t(`mode.${one}`)}
          </MenuItem>
        ))}
        <Divider />
        {(Object.keys(LANGUAGES) as Language[]).map((one) => (
          <MenuItem
            key={one}
            lang={one}
            role="menuitemradio"
            aria-checked={i18n.language === one}
            onClick={() => void changeLanguage(one)}
          >
            <ListItemIcon>{i18n.language === one ? <Icon name="check" /> : null}</ListItemIcon>
            {LANGUAGES[one]}
          </MenuItem>
        ))}
        <Divider />
        <MenuItem onClick={() => void signOut()}>
          <ListItemIcon>
            <Icon name="signOut" />
          </ListItemIcon>
          {t('signOut')}
        </MenuItem>
      </Menu>
    </>
  );
}

async function signOut(): Promise<void> {
  // A session that ended by itself is left in the same way.
  await request(SignOutDocument, { input: { session: 'COOKIE' } }, { isWithoutSession: true }).catch(() => undefined);
  session.announceSignOut();
  window.location.assign('/admin/sign-in');
}

import AppBar from '@mui/material/AppBar';
import Box from '@mui/material/Box';
import Drawer from '@mui/material/Drawer';
import IconButton from '@mui/material/IconButton';
import Toolbar from '@mui/material/Toolbar';
import Tooltip from '@mui/material/Tooltip';
import Typography from '@mui/material/Typography';
import useMediaQuery from '@mui/material/useMediaQuery';
import { Outlet, useMatches } from '@tanstack/react-router';
import { lazy, Suspense, useEffect, useState, useSyncExternalStore } from 'react';
import { useTranslation } from 'react-i18next';
import { Icon } from '../../components/icons';
import { session } from '../../graph/session';
import { useViewer } from '../../graph/viewer';
import { Navigation } from './Navigation';
import { SessionWarning } from './SessionWarning';
import { UserMenu } from './UserMenu';

const WIDTH = 228;
// Loaded when they are needed.
const HelpDialog = lazy(() => import('./HelpDialog'));
const SignInOver = lazy(() => import('./SignInOver'));

/** What stands around every screen. */
export default function Shell() {
  const { t } = useTranslation();
  const isWide = useMediaQuery('(min-width: 1000px)', { noSsr: true });
  const [isOpen, setOpen] = useState(false);
  const [isHelpOpen, setHelpOpen] = useState(false);
  const hasEnded = useSyncExternalStore(session.subscribe, session.hasEnded);
  const screen = useMatches({ select: (matches) => matches.at(-1)?.staticData.screen });
  useShortcut('?', () => setHelpOpen(true));
  useViewer();
  useEffect(() => {
    // It has to be there when the service no longer is.
    void import('./PageFailure');
  }, []);
  return (
    <Box sx={{ display: 'flex', minHeight: '100vh' }}>
      <SkipLink text={t('skip')} />
      <AppBar
        position="fixed"
        color="default"
        elevation={0}
        sx={{ zIndex: (theme) => theme.zIndex.drawer + 1, borderBottom: 1, borderColor: 'divider' }}
      >
        <Toolbar variant="dense" sx={{ gap: 1 }}>
          {isWide ? null : (
            <IconButton edge="start" aria-label={t('menu')} onClick={() => setOpen(true)}>
              <Icon name="menu" />
            </IconButton>
          )}
          <Typography component="p" sx={{ fontWeight: 600, flexGrow: 1 }} noWrap>
            {t('application')}
          </Typography>
          <Tooltip title={t('help.open')} describeChild={false}>
            <IconButton onClick={() => setHelpOpen(true)} aria-label={t('help.open')}>
              <Icon name="help" />
            </IconButton>
          </Tooltip>
          <UserMenu />
        </Toolbar>
      </AppBar>
      <Drawer
        variant={isWide ? 'permanent' : 'temporary'}
        open={isWide || isOpen}
        onClose={() => setOpen(false)}
        sx={{
          width: isWide ? WIDTH : 0,
          flexShrink: 0,
          '& .MuiDrawer-paper': { width: WIDTH, boxSizing: 'border-box' },
        }}
      >
        <Toolbar variant="dense" />
        <Navigation onChosen={() => setOpen(false)} />
      </Drawer>
      <Box
        component="main"
        id="main"
        tabIndex={-1}
        sx={{ flexGrow: 1, minWidth: 0, p: { xs: 1.5, sm: 3 }, outline: 0 }}
      >
        <Toolbar variant="dense" />
        <Outlet />
      </Box>
      <SessionWarning />
      <Suspense fallback={null}>
        {isHelpOpen ? <HelpDialog onClose={() => setHelpOpen(false)} screen={screen} /> : null}
        {hasEnded ? <SignInOver /> : null}
      </Suspense>
    </Box>
  );
}

function SkipLink({ text }: { text: string }) {
  return (
    <Box
      component="a"
      href="#main"
      sx={{
        position: 'fixed',
        top: -100,
        left: 8,
        zIndex: 2000,
        p: 1,
        bgcolor: 'background.paper',
        '&:focus': { top: 8 },
      }}
    >
      {text}
    </Box>
  );
}

/** A key pressed anywhere but where text is typed. */
function useShortcut(key: string, run: () => void) {
  useEffect(() => {
    function listen(event: KeyboardEvent) {
      const target = event.target as HTMLElement;
      const isTyping = target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName);
      if (event.key === key && !isTyping && !event.defaultPrevented) {
        event.preventDefault();
        run();
      }
    }
    window.addEventListener('keydown', listen);
    return () => window.removeEventListener('keydown', listen);
  });
}

import Box from '@mui/material/Box';
import IconButton from '@mui/material/IconButton';
import Menu from '@mui/material/Menu';
import MenuItem from '@mui/material/MenuItem';
import Tab from '@mui/material/Tab';
import Tabs from '@mui/material/Tabs';
import Tooltip from '@mui/material/Tooltip';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Icon } from '../components/icons';
import { useViewer } from '../graph/viewer';
import type { View } from './state';

const EVERYTHING = 'all';

export type ViewAction = 'save' | 'change' | 'remove' | 'start';

interface Props {
  views: View[];
  current: string | null;
  allLabel: string;
  onChoose: (view: View | null) => void;
  onAction: (action: ViewAction, view: View | null) => void;
}

/** Saved views as tabs: own and shared ones, with a sign for the one that the list starts with and for broken ones. */
export function ViewTabs({ views, current, allLabel, onChoose, onAction }: Props) {
  const { t } = useTranslation('grid');
  const viewer = useViewer();
  const [anchor, setAnchor] = useState<HTMLElement | null>(null);
  const active = views.find((view) => view.id === current) ?? null;
  const isOwn = active?.owner?.id === viewer.staff?.id;
  const mayChange = active !== null && (isOwn || (active.isShared && viewer.permissions.includes('VIEWS_SHARE')));

  function act(action: ViewAction) {
    setAnchor(null);
    onAction(action, active);
  }

  return (
    <Box sx={{ display: 'flex', borderBottom: 1, borderColor: 'divider', alignItems: 'center' }}>
      <Tabs
        value={active?.id ?? EVERYTHING}
        onChange={(_, id: string) => onChoose(views.find((view) => view.id === id) ?? null)}
        variant="scrollable"
        scrollButtons="auto"
        aria-label={t('views')}
        sx={{ flexGrow: 1, minHeight: 40 }}
      >
        <Tab value={EVERYTHING} label={allLabel} />
        {views.map((view) => (
          <Tab key={view.id} value={view.id} label={<ViewName view={view} />} />
        ))}
      </Tabs>
      <IconButton aria-label={t('viewMenu')} aria-haspopup="menu" onClick={(event) => setAnchor(event.currentTarget)}>
        <Icon name="bookmark" />
      </IconButton>
      <Menu anchorEl={anchor} open={anchor !== null} onClose={() => setAnchor(null)}>
        <MenuItem onClick={() => act('save')}>{t('saveAsView')}</MenuItem>
        {mayChange ? <MenuItem onClick={() => act('change')}>{t('saveView')}</MenuItem> : null}
        {active ? <MenuItem onClick={() => act('start')}>{t('startWithView')}</MenuItem> : null}
        {active ? null : <MenuItem onClick={() => act('start')}>{t('startWithAll')}</MenuItem>}
        {mayChange ? <MenuItem onClick={() => act('remove')}>{t('deleteView')}</MenuItem> : null}
      </Menu>
    </Box>
  );
}

function ViewName({ view }: { view: View }) {
  const { t } = useTranslation('grid');
  const marks = [view.isDefault ? t('startMark') : '', view.isShared ? t('sharedMark') : ''].filter(Boolean).join(', ');
  const name = marks ? `${view.name} (${marks})` : view.name;
  if (view.state !== 'BROKEN') return <span>{name}</span>;
  const hint = view.problems.map((problem) => problem.message).join(' ') || t('brokenView');
  return (
    <Tooltip title={hint}>
      <Box component="span" sx={{ display: 'inline-flex', gap: 0.5 }}>
        <Icon name="warning" color="warning" titleAccess={t('brokenView')} />
        {name}
      </Box>
    </Tooltip>
  );
}

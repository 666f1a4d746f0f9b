import Box from '@mui/material/Box';
import List from '@mui/material/List';
import ListItem from '@mui/material/ListItem';
import ListItemButton from '@mui/material/ListItemButton';
import ListItemIcon from '@mui/material/ListItemIcon';
import ListItemText from '@mui/material/ListItemText';
import Typography from '@mui/material/Typography';
import { createLink, type LinkComponent } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { Icon } from '../../components/icons';
import { useViewer } from '../../graph/viewer';
import { SCREENS } from '../../screens/all';
import type { Screen, Section } from '../../screens/screen';

const SECTIONS: Section[] = ['customers', 'lists', 'shop', 'work', 'administration'];
const ButtonLink = createLink(ListItemButton) as LinkComponent<typeof ListItemButton>;

/** The screens that this viewer may see; what is never possible is absent. */
export function Navigation({ onChosen }: { onChosen: () => void }) {
  const { t } = useTranslation();
  const { permissions } = useViewer();
  const visible = SCREENS.filter((screen) => !screen.permission || permissions.includes(screen.permission));
  return (
    <Box component="nav" aria-label={t('navigation')} sx={{ overflowY: 'auto' }}>
      {SECTIONS.map((section) => (
        <SectionList
          key={section}
          title={t(`section.${section}`)}
          screens={visible.filter((screen) => screen.navigation?.section === section)}
          onChosen={onChosen}
        />
      ))}
    </Box>
  );
}

function SectionList({ title, screens, onChosen }: { title: string; screens: Screen[]; onChosen: () => void }) {
  const { t } = useTranslation();
  if (screens.length === 0) return null;
  const sorted = screens.toSorted((one, other) => (one.navigation?.order ?? 0) - (other.navigation?.order ?? 0));
  return (
    <Box sx={{ pt: 1.5 }}>
      <Typography variant="caption" component="h2" color="textSecondary" sx={{ px: 2, fontWeight: 600 }}>
        {title}
      </Typography>
      <List dense disablePadding aria-label={title}>
        {sorted.map((screen) => (
          <ListItem key={screen.name} disablePadding>
            <ButtonLink
              to={screen.path as never}
              activeOptions={{ exact: screen.path === '/' }}
              activeProps={{ selected: true, 'aria-current': 'page' }}
              onClick={onChosen}
            >
              <ListItemIcon sx={{ minWidth: 34 }}>
                <Icon name={screen.navigation?.icon ?? 'list'} />
              </ListItemIcon>
              <ListItemText primary={t(`screen.${screen.name}`)} />
            </ButtonLink>
          </ListItem>
        ))}
      </List>
    </Box>
  );
}

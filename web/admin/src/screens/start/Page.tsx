import List from '@mui/material/List';
import ListItem from '@mui/material/ListItem';
import ListItemText from '@mui/material/ListItemText';
import Paper from '@mui/material/Paper';
import Stack from '@mui/material/Stack';
import Typography from '@mui/material/Typography';
import { useTranslation } from 'react-i18next';
import { useFormats } from '../../app/formats';
import { PageHeader } from '../../components/PageHeader';
import { useViewer } from '../../graph/viewer';

/** Who is signed in, and what this person may do and where. */
export default function StartPage() {
  const { t } = useTranslation(['start', 'permissions']);
  const viewer = useViewer();
  const formats = useFormats();
  const websites = viewer.websites?.map((website) => website.name).join(', ') ?? t('allWebsites');
  const facts = [
    [t('role'), viewer.staff?.role ?? ''],
    [t('websites'), websites],
    [t('sessionEnds'), formats.dateTime(viewer.sessionExpiresAt)],
  ];
  return (
    <Stack spacing={2}>
      <PageHeader title={t('welcome', { name: viewer.staff?.name ?? '' })} />
      <Paper variant="outlined" sx={{ p: 2 }}>
        <Typography component="dl" sx={{ display: 'grid', gridTemplateColumns: 'auto 1fr', columnGap: 2, m: 0 }}>
          {facts.map(([name, value]) => (
            <Fact key={name} name={name ?? ''} value={value ?? ''} />
          ))}
        </Typography>
      </Paper>
      <Paper variant="outlined" sx={{ p: 2 }}>
        <Typography variant="h2">{t('permissions')}</Typography>
        <List dense>
          {viewer.permissions.map((permission) => (
            <ListItem key={permission} disableGutters>
              <ListItemText primary={t(`permissions:${permission}`)} />
            </ListItem>
          ))}
        </List>
      </Paper>
    </Stack>
  );
}

function Fact({ name, value }: { name: string; value: string }) {
  return (
    <>
      <dt>{name}</dt>
      <dd>{value}</dd>
    </>
  );
}

import Box from '@mui/material/Box';
import List from '@mui/material/List';
import ListItem from '@mui/material/ListItem';
import ListItemButton from '@mui/material/ListItemButton';
import MenuItem from '@mui/material/MenuItem';
import Stack from '@mui/material/Stack';
import TextField from '@mui/material/TextField';
import { useQuery } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { Empty } from '../../components/Empty';
import { PageHeader } from '../../components/PageHeader';
import { QueryFrame } from '../../components/QueryFrame';
import { SettingsForm } from './SettingsForm';
import { type Places, placesQuery, settingsQuery } from './settings';

interface Choice {
  scope?: string;
  section?: string;
  q?: string;
}

/** All settings of the shop by section, at the scope that is chosen. */
export default function SettingsPage() {
  const { t } = useTranslation('settings');
  const { scope = '', section, q = '' } = useSearch({ strict: false }) as Choice;
  const navigate = useNavigate();
  const places = useQuery(placesQuery).data;
  const go = (change: Choice, replace = false) =>
    void navigate({ to: '.', search: { scope, section, q, ...change } as never, replace });
  return (
    <Stack spacing={2}>
      <PageHeader title={t('title')}>
        <TextField
          type="search"
          label={t('search')}
          value={q}
          onChange={(event) => go({ q: event.target.value }, true)}
          sx={{ minWidth: 220 }}
        />
        <ScopeSwitch places={places} scope={scope} onChange={(next) => go({ scope: next })} />
      </PageHeader>
      <QueryFrame query={useQuery(settingsQuery(scope))}>
        {({ configuration }) => {
          if (!configuration) return <Empty icon="settings" title={t('noScope')} text={t('noScopeText')} />;
          const sections = [...new Set(configuration.map((one) => one.section))];
          const chosen = sections.find((one) => one === section) ?? sections[0] ?? '';
          return (
            <Box
              sx={{
                display: 'grid',
                gap: 2,
                gridTemplateColumns: { xs: 'minmax(0, 1fr)', md: '200px minmax(0, 1fr)' },
              }}
            >
              <Sections
                sections={sections}
                chosen={q ? '' : chosen}
                onChoose={(next) => go({ section: next, q: '' })}
              />
              <SettingsForm key={scope} scope={scope} section={chosen} search={q.trim()} settings={configuration} />
            </Box>
          );
        }}
      </QueryFrame>
    </Stack>
  );
}

interface ScopeProps {
  places: Places | undefined;
  scope: string;
  onChange: (scope: string) => void;
}

function ScopeSwitch({ places, scope, onChange }: ScopeProps) {
  const { t } = useTranslation('settings');
  const options = (places?.websites ?? []).flatMap((website) => [
    { id: website.id, name: website.name, indent: 2 },
    ...website.stores.flatMap((store) => store.storeViews).map((view) => ({ id: view.id, name: view.name, indent: 4 })),
  ]);
  const isKnown = scope === '' || options.some((one) => one.id === scope);
  return (
    <TextField
      select
      label={t('scope')}
      value={isKnown ? scope : ''}
      onChange={(event) => onChange(event.target.value)}
      slotProps={{ select: { displayEmpty: true }, inputLabel: { shrink: true } }}
      sx={{ minWidth: 220 }}
    >
      <MenuItem value="">{t('wholeShop')}</MenuItem>
      {options.map(({ id, name, indent }) => (
        <MenuItem key={id} value={id} sx={{ pl: indent + 2 }}>
          {name}
        </MenuItem>
      ))}
    </TextField>
  );
}

interface SectionsProps {
  sections: string[];
  chosen: string;
  onChoose: (section: string) => void;
}

/** A list beside the form, or a choice above it where there is no room. */
function Sections({ sections, chosen, onChoose }: SectionsProps) {
  const { t } = useTranslation('settings');
  const name = (section: string) => t(`section.${section}` as 'title', { defaultValue: section });
  const sorted = sections.toSorted((one, other) => name(one).localeCompare(name(other)));
  return (
    <>
      <List dense aria-label={t('sections')} sx={{ display: { xs: 'none', md: 'block' } }}>
        {sorted.map((section) => (
          <ListItem key={section} disablePadding>
            <ListItemButton
              selected={section === chosen}
              aria-current={section === chosen ? 'true' : undefined}
              onClick={() => onChoose(section)}
            >
              {name(section)}
            </ListItemButton>
          </ListItem>
        ))}
      </List>
      <TextField
        select
        label={t('sections')}
        value={chosen}
        onChange={(event) => onChoose(event.target.value)}
        sx={{ display: { md: 'none' } }}
      >
        {sorted.map((section) => (
          <MenuItem key={section} value={section}>
            {name(section)}
          </MenuItem>
        ))}
      </TextField>
    </>
  );
}

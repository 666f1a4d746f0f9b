import Box from '@mui/material/Box';
import Skeleton from '@mui/material/Skeleton';
import TabButton from '@mui/material/Tab';
import Tabs from '@mui/material/Tabs';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { type ComponentType, lazy, Suspense } from 'react';
import { useTranslation } from 'react-i18next';
import { useViewer } from '../../graph/viewer';
import { TABS } from './tab';

const PANELS = new Map<string, ComponentType<{ id: string }>>(TABS.map((tab) => [tab.name, lazy(tab.load)]));

/** Each tab asks for its own part when it is opened; which one is open is in the address. */
export function CustomerTabs({ id }: { id: string }) {
  const { t } = useTranslation('customer');
  const { permissions } = useViewer();
  const navigate = useNavigate();
  const { tab: wanted } = useSearch({ strict: false }) as { tab?: string };
  const tabs = TABS.filter((tab) => !tab.permission || permissions.includes(tab.permission));
  const current = tabs.find((tab) => tab.name === wanted) ?? tabs[0];
  const Panel = current && PANELS.get(current.name);
  if (!current || !Panel) return null;
  return (
    <>
      <Tabs
        value={current.name}
        onChange={(_, name: string) => void navigate({ to: '.', search: { tab: name } as never })}
        variant="scrollable"
        scrollButtons="auto"
        aria-label={t('tabs')}
        sx={{ borderBottom: 1, borderColor: 'divider', minHeight: 40 }}
      >
        {tabs.map((tab) => (
          <TabButton
            key={tab.name}
            value={tab.name}
            id={`tab-${tab.name}`}
            aria-controls="tab-panel"
            label={t(`tab.${tab.name}`)}
            onMouseEnter={() => tab.preload(id)}
            onFocus={() => tab.preload(id)}
          />
        ))}
      </Tabs>
      <Box id="tab-panel" role="tabpanel" aria-labelledby={`tab-${current.name}`}>
        <Suspense fallback={<Skeleton variant="rounded" height={240} />}>
          <Panel id={id} />
        </Suspense>
      </Box>
    </>
  );
}

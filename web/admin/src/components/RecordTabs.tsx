import Box from '@mui/material/Box';
import TabButton from '@mui/material/Tab';
import Tabs from '@mui/material/Tabs';
import { useQuery } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import type { ComponentType } from 'react';
import { useTranslation } from 'react-i18next';
import type { StaffPermission } from '../generated/graphql';
import { loadPart } from '../graph/parts';
import { useViewer } from '../graph/viewer';
import { QueryFrame } from './QueryFrame';

/** What a folder of `tabs` exports as `tab` from its `tab.ts`. Its title is `tab.<name>` in the texts of the screen. */
export interface Tab {
  name: string;
  order: number;
  /** Without it the tab is absent. */
  permission?: StaffPermission;
  /** Starts to read what the tab shows, when a pointer or the focus comes near. */
  preload: (id: string) => void;
  load: () => Promise<{ default: ComponentType<{ id: string }> }>;
}

/** The tabs that lie in folders, in their order; what they show is loaded when they are opened. */
export function orderTabs(files: Record<string, { tab: Tab }>): Tab[] {
  return Object.values(files)
    .map(({ tab }) => tab)
    .toSorted((one, other) => one.order - other.order);
}

/** Each tab asks for its own part when it is opened; which one is open is in the address. `texts` names those of the screen. */
export function RecordTabs({ id, all, texts }: { id: string; all: Tab[]; texts: string }) {
  const { t } = useTranslation(texts);
  const { permissions } = useViewer();
  const navigate = useNavigate();
  const { tab: wanted } = useSearch({ strict: false }) as { tab?: string };
  const tabs = all.filter((tab) => !tab.permission || permissions.includes(tab.permission));
  const current = tabs.find((tab) => tab.name === wanted) ?? tabs[0];
  if (!current) return null;
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
        <Panel key={current.name} id={id} tab={current} texts={texts} />
      </Box>
    </>
  );
}

/** Its script is read like its records: without an answer that is told in its place, and it is read again on demand. */
function Panel({ id, tab, texts }: { id: string; tab: Tab; texts: string }) {
  const script = useQuery({
    queryKey: ['script', texts, tab.name],
    queryFn: () => loadPart(tab.load),
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: Number.POSITIVE_INFINITY,
    structuralSharing: false,
  });
  return <QueryFrame query={script}>{({ default: Shown }) => <Shown id={id} />}</QueryFrame>;
}

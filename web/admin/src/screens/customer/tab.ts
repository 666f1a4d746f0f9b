import type { ComponentType } from 'react';
import type { StaffPermission } from '../../generated/graphql';

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

const files = import.meta.glob<{ tab: Tab }>('./tabs/*/tab.ts', { eager: true });

export const TABS: Tab[] = Object.values(files)
  .map((file) => file.tab)
  .toSorted((one, other) => one.order - other.order);

import { orderTabs, type Tab } from '../../components/RecordTabs';

export type { Tab };

export const TABS = orderTabs(import.meta.glob<{ tab: Tab }>('./tabs/*/tab.ts', { eager: true }));

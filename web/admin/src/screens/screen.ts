import type { ComponentType } from 'react';
import type { IconName } from '../components/icons';
import type { StaffPermission } from '../generated/graphql';

export type Section = 'customers' | 'lists' | 'shop' | 'work' | 'administration';

/** What a folder of `screens` exports as `screen` from its `screen.ts`. Its texts lie in `texts/`, named after the folder. */
export interface Screen {
  /** Name of the folder, of its texts, and of its page in the guide. */
  name: string;
  /** Below `/admin`, as `/customers/$id`. */
  path: string;
  /** Further addresses of the same screen. */
  otherPaths?: string[];
  /** Without it the screen is not in the navigation, and its address names the permission. */
  permission?: StaffPermission;
  /** Place in the navigation; a screen without one is opened from others. */
  navigation?: { section: Section; order: number; icon: IconName };
  /** Names of texts that it needs besides its own. */
  texts?: string[];
  /** Shown without a session, and without the frame of the application. */
  isOpen?: boolean;
  load: () => Promise<{ default: ComponentType }>;
}

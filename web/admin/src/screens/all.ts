import type { Screen } from './screen';

const files = import.meta.glob<{ screen: Screen }>('./*/screen.ts', { eager: true });

/** Every folder of this one that has a `screen.ts`. */
export const SCREENS: Screen[] = Object.values(files).map((file) => file.screen);

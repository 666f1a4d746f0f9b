type Texts = { default: Record<string, unknown> };

/** All texts by their files; where they lie decides what they are named by. */
export const files: Record<string, () => Promise<Texts>> = {
  ...import.meta.glob<Texts>('../texts/*/*.json'),
  ...import.meta.glob<Texts>('../screens/*/texts/*.json'),
};

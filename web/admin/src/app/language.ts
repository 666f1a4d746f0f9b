import i18next, { type BackendModule, type ReadCallback } from 'i18next';
import { initReactI18next } from 'react-i18next';

export const LANGUAGES = { en: 'English', de: 'Deutsch', nl: 'Nederlands', sv: 'Svenska' } as const;
export type Language = keyof typeof LANGUAGES;

const KEPT = 'customer-gql-language';

type Texts = { default: Record<string, unknown> };
type Files = Record<string, () => Promise<Texts>>;

/** Of pages without a session, which are to load little. */
const openFiles: Files = {
  ...import.meta.glob<Texts>('../texts/common/*.json'),
  ...import.meta.glob<Texts>('../screens/{sign-in,signed-in,forgotten-password,choose-password}/texts/*.json'),
};

/** Texts are read when they are needed: of a screen by its name, of all by the names of folders in `texts`. */
const backend: BackendModule = {
  type: 'backend',
  init: () => undefined,
  read(language: string, namespace: string, done: ReadCallback) {
    readTexts(language, namespace).then(
      (texts) => done(null, texts.default as never),
      (error: Error) => done(error, false),
    );
  },
};

async function readTexts(language: string, namespace: string): Promise<Texts> {
  const names = [`../screens/${namespace}/texts/${language}.json`, `../texts/${namespace}/${language}.json`];
  const find = (files: Files) => names.map((name) => files[name]).find((file) => file !== undefined);
  const load = find(openFiles) ?? find((await import('./texts')).files);
  if (!load) throw new Error(`no texts: ${namespace}, ${language}`);
  return load();
}

function isLanguage(value: string): value is Language {
  return value in LANGUAGES;
}

function chooseLanguage(): Language {
  const wanted = [window.localStorage.getItem(KEPT) ?? '', ...navigator.languages.map((name) => name.slice(0, 2))];
  return wanted.find(isLanguage) ?? 'en';
}

export async function startLanguage(): Promise<void> {
  const language = chooseLanguage();
  document.documentElement.lang = language;
  await i18next
    .use(backend)
    .use(initReactI18next)
    .init({
      lng: language,
      fallbackLng: false,
      ns: ['common'],
      defaultNS: 'common',
      interpolation: { escapeValue: false },
      react: { useSuspense: true },
      returnNull: false,
    });
}

export async function changeLanguage(language: Language): Promise<void> {
  window.localStorage.setItem(KEPT, language);
  document.documentElement.lang = language;
  await i18next.changeLanguage(language);
}

export async function loadTexts(...namespaces: string[]): Promise<void> {
  await i18next.loadNamespaces(namespaces);
}

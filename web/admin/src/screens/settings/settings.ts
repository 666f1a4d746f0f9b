import { queryOptions } from '@tanstack/react-query';
import type { Field, Value } from '../../form/fields';
import {
  type ConfigurationScope,
  type ConfigurationScopeInput,
  type SettingFactsFragment,
  SettingsDocument,
  SettingsPlacesDocument,
  type SettingsPlacesQuery,
} from '../../generated/graphql';
import { request } from '../../graph/request';

export type Setting = SettingFactsFragment;
export type Places = SettingsPlacesQuery;

/** What is to be stored at the scope instead of what stands there; nothing for a setting that is to inherit. */
export interface Edit {
  value: Value | null;
  /** Version that the edit started from. */
  version: number;
}

export type Edits = Record<string, Edit>;

/** A scope as it stands in an address: the id of a website or a store view, empty for the whole shop. */
export function scopeKind(scope: string): ConfigurationScope {
  if (scope.startsWith('web_')) return 'WEBSITE';
  return scope === '' ? 'GLOBAL' : 'STORE_VIEW';
}

export function scopeInput(scope: string): ConfigurationScopeInput | null {
  if (scope === '') return null;
  return scopeKind(scope) === 'WEBSITE' ? { websiteId: scope } : { storeViewId: scope };
}

export function settingsQuery(scope: string) {
  return queryOptions({
    queryKey: ['settings', scope],
    queryFn: ({ signal }) => request(SettingsDocument, { scope: scopeInput(scope) }, { signal }),
  });
}

export const placesQuery = queryOptions({
  queryKey: ['settings-places'],
  queryFn: ({ signal }) => request(SettingsPlacesDocument, {}, { signal, isPartial: true }),
  staleTime: 60_000,
});

/** A stored value as a form shows it. */
export function shownValue(setting: Setting, stored: unknown): Value {
  if (setting.type === 'FLAG') return stored === true;
  if (stored === null || stored === undefined) return setting.type === 'CHOICES' ? [] : '';
  if (setting.type === 'CHOICES') return String(stored).split(',').filter(Boolean);
  return String(stored);
}

/** What is typed as the service takes it; what is no number is refused there, in its words. */
export function writtenValue(setting: Setting, value: Value): unknown {
  const isNumber = setting.type === 'NUMBER' || setting.type === 'CUSTOMER_GROUP';
  if (setting.type === 'CHOICES') return Array.isArray(value) ? value.join(',') : value;
  if (setting.type === 'CUSTOMER_GROUP' && value === '') return null;
  if (isNumber && /^-?[0-9]+$/.test(String(value).trim())) return Number(value);
  return value;
}

const KINDS = {
  TEXT: 'text',
  LINES: 'area',
  NUMBER: 'number',
  FLAG: 'boolean',
  CHOICE: 'select',
  CHOICES: 'multi',
  CUSTOMER_GROUP: 'select',
} as const;
const LONGEST = 10_000;

type Translate = (key: string, options?: Record<string, unknown>) => string;

export function nameOf(setting: Setting, t: Translate): string {
  return t(`setting-labels:${setting.path}`, { defaultValue: setting.label });
}

export function fieldOf(setting: Setting, places: Places | undefined, t: Translate): Field {
  const kind = setting.isSecret ? 'password' : KINDS[setting.type];
  const options = setting.options.map((value) => ({ value, label: t(`option.${value}`, { defaultValue: value }) }));
  const field: Field = {
    name: setting.path,
    label: nameOf(setting, t),
    kind,
    options,
    maxLength: LONGEST,
    hint: bounds(setting, t),
  };
  if (setting.type !== 'CUSTOMER_GROUP') return field;
  const groups = places?.customerGroups?.nodes;
  // Who may not see groups types their number.
  if (!groups) return { ...field, kind: 'number' };
  const named = groups.map((group) => ({ value: String(group.number), label: group.name }));
  return { ...field, options: [...(setting.default === null ? [{ value: '', label: '–' }] : []), ...named] };
}

function bounds({ atLeast, atMost, unit, type, isSecret, isSet }: Setting, t: Translate): string | undefined {
  if (isSecret) return t(isSet ? 'secretSet' : 'secretMissing');
  if (type !== 'NUMBER') return undefined;
  const span = t('bounds', { least: atLeast, most: atMost });
  return unit ? `${t(`values:ConfigurationUnit.${unit}`)}, ${span}` : span;
}

/** Whether every word stands somewhere in what is shown of the setting. */
export function isFound(setting: Setting, search: string, t: Translate): boolean {
  const text = `${nameOf(setting, t)} ${setting.path} ${setting.label} ${setting.description}`.toLowerCase();
  return search
    .toLowerCase()
    .split(/\s+/)
    .every((word) => text.includes(word));
}

import { type Part, text, type Value, type Values } from '../../form/fields';
import type { AttributeDefaultInput, AttributeEntity, AttributeForm, AttributeType } from '../../generated/graphql';
import type { Facts } from './queries';

// Without a dot: forms take one for a path.
const RULE = 'rule:';
const FORM = 'form:';

export const FORMS: AttributeForm[] = ['SIGN_UP', 'ACCOUNT_EDIT', 'ADDRESS_CREATE', 'ADDRESS_EDIT', 'ADMIN_CHECKOUT'];
export const RULES = [
  'minLength',
  'maxLength',
  'validation',
  'lineCount',
  'minDate',
  'maxDate',
  'fileExtensions',
  'maxFileSize',
  'maxImageWidth',
  'maxImageHeight',
] as const;
export const FLAGS = [
  'isRequired',
  'isVisible',
  'isPersonal',
  'isQuickEditable',
  'isGridColumn',
  'isGridFilter',
  'isSearchable',
  'isSegmentCondition',
] as const;
const NUMBERS = new Set<string>([
  'minLength',
  'maxLength',
  'lineCount',
  'maxFileSize',
  'maxImageWidth',
  'maxImageHeight',
]);

export const ruleName = (name: string) => RULE + name;
export const formName = (name: string) => FORM + name;

interface Label {
  storeView: { id: string };
  label: string;
}

export interface Option {
  code: string;
  label: string;
  isDefault: boolean;
  /** Stored options keep their code, by which values know them. */
  isStored: boolean;
  /** By the id of the store view. */
  labels: Record<string, string>;
}

/** Labels of store views as one part with a member for each of them. */
export function readLabels(labels: Label[]): Record<string, string> {
  return Object.fromEntries(labels.map(({ storeView, label }) => [storeView.id, label]));
}

export function writeLabels(labels: Record<string, unknown> | undefined) {
  return Object.entries(labels ?? {}).flatMap(([storeViewId, label]) =>
    String(label).trim() ? [{ storeViewId, label: String(label) }] : [],
  );
}

/** The attribute as the form shows it. */
export function valuesOf(facts: Facts): Values {
  return {
    code: facts.code,
    label: facts.label,
    labels: [readLabels(facts.labels)],
    sortOrder: text(facts.sortOrder),
    inputFilter: facts.inputFilter,
    gridFilterMatch: facts.gridFilterMatch,
    defaultValue: readDefault(facts.defaultValue, facts.type),
    options: facts.options.map(
      ({ labels, ...option }): Part => ({ ...option, isStored: true, labels: readLabels(labels) }),
    ),
    websites: facts.websites.map(
      (one): Part => ({
        websiteId: one.website.id,
        isRequired: answer(one.isRequired),
        isVisible: answer(one.isVisible),
        defaultValue: readDefault(one.defaultValue, facts.type),
      }),
    ),
    ...Object.fromEntries(FLAGS.map((name) => [name, facts[name]])),
    ...Object.fromEntries(RULES.map((name) => [ruleName(name), readRule(facts.rules[name])])),
    ...Object.fromEntries(FORMS.map((name) => [formName(name), facts.forms.includes(name)])),
  };
}

/** What a new attribute starts with: what the graph gives one that says nothing. */
export function newFacts(entity: AttributeEntity, type: AttributeType): Facts {
  return {
    id: '',
    version: 0,
    entity,
    type,
    code: '',
    label: '',
    labels: [],
    // Behind all others.
    sortOrder: 0,
    inputFilter: 'NONE',
    forms: [],
    isSystem: false,
    isBeingDeleted: false,
    isGridColumn: false,
    isGridFilter: false,
    gridFilterMatch: 'CONTAINS',
    isSearchable: false,
    isSegmentCondition: false,
    isQuickEditable: false,
    isPersonal: true,
    isRequired: false,
    isVisible: false,
    rules: {},
    defaultValue: null,
    websites: [],
    options: [],
  } as unknown as Facts;
}

function answer(value: boolean | null | undefined): string {
  return value === null || value === undefined ? '' : String(value);
}

type Default = Facts['defaultValue'];

function readDefault(stored: Default, type: AttributeType): string {
  if (!stored) return '';
  if (type === 'BOOLEAN') return answer(stored.boolean);
  return stored.text ?? stored.date ?? stored.lines?.join('\n') ?? '';
}

function writeDefault(value: unknown, type: AttributeType): AttributeDefaultInput | null {
  const typed = String(value ?? '');
  if (typed.trim() === '') return null;
  if (type === 'BOOLEAN') return { boolean: typed === 'true' };
  if (type === 'DATE') return { date: typed };
  if (type === 'MULTILINE') return { lines: typed.split('\n') };
  return { text: typed };
}

function readRule(value: string | number | string[] | null | undefined): string {
  return Array.isArray(value) ? value.join(', ') : text(value);
}

function writeRule(name: string, value: Value): unknown {
  if (name === 'fileExtensions')
    return String(value)
      .toLowerCase()
      .split(/[\s,.]+/)
      .filter(Boolean);
  return NUMBERS.has(name) ? Number(value) : value;
}

function writeRules(all: Values) {
  const given = RULES.map((name) => [name, all[ruleName(name)]] as const).filter(([, value]) => value);
  return Object.fromEntries(given.map(([name, value]) => [name, writeRule(name, value ?? '')]));
}

function writeWebsites(all: Value | undefined, type: AttributeType) {
  const isTrue = (value: unknown) => (value === '' || value === undefined ? null : value === 'true');
  return ((all as Part[] | undefined) ?? []).flatMap((one) => {
    const defaultValue = writeDefault(one.defaultValue, type);
    const [isRequired, isVisible] = [isTrue(one.isRequired), isTrue(one.isVisible)];
    if (defaultValue === null && isRequired === null && isVisible === null) return [];
    return [{ websiteId: one.websiteId, isRequired, isVisible, defaultValue }];
  });
}

/** The fields of the input that changed; what is written as a whole is written with all of it. */
export function inputOf(changed: Values, all: Values, type: AttributeType): Record<string, unknown> {
  const input: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(changed)) {
    if (name.startsWith(RULE)) input.rules = writeRules(all);
    else if (name.startsWith(FORM)) input.forms = FORMS.filter((form) => all[formName(form)] === true);
    else if (name === 'labels') input.labels = writeLabels((value as Part[])[0]);
    else if (name === 'sortOrder') input.sortOrder = value === '' ? undefined : Number(value);
    else if (name === 'defaultValue') input.defaultValue = writeDefault(value, type);
    else if (name === 'websites') input.websites = writeWebsites(value, type);
    else if (name === 'options') {
      input.options = (value as Part[]).map(({ isStored, labels, ...option }) => ({
        ...option,
        labels: writeLabels(labels as Record<string, unknown>),
      }));
    } else input[name] = value;
  }
  return input;
}

import type { AttributeEntity, AttributeInput, AttributeType } from '../generated/graphql';
import type { FieldError } from '../graph/errors';
import { type Field, type FieldKind, type FileFacts, text, type Value, type Values } from './fields';

/** What the shop defines besides the built-in fields. */
export interface Definition {
  code: string;
  entity: AttributeEntity;
  type: AttributeType;
  label: string;
  isSystem: boolean;
  isBeingDeleted: boolean;
  isVisible: boolean;
  isRequired: boolean;
  rules: { maxLength?: number | null; fileExtensions?: string[] | null; maxFileSize?: number | null };
  options: { code: string; label: string }[];
}

interface Stored {
  code: string;
  text?: string | null;
  lines?: string[] | null;
  date?: string | null;
  boolean?: boolean | null;
  options: { code: string }[];
  file?: FileFacts['stored'] | null;
}

// Without a dot: forms take one for a path.
const PREFIX = 'attribute:';
const KINDS: Record<AttributeType, FieldKind> = {
  TEXT: 'text',
  TEXT_AREA: 'area',
  MULTILINE: 'lines',
  DATE: 'date',
  BOOLEAN: 'select',
  SELECT: 'select',
  MULTI_SELECT: 'multi',
  FILE: 'file',
  IMAGE: 'file',
};

const KILOBYTE = 1000;
type Shown = Pick<Definition, 'type' | 'isSystem' | 'isBeingDeleted' | 'isVisible'>;

export function isAsked(definition: Shown): boolean {
  return !definition.isSystem && !definition.isBeingDeleted && definition.isVisible;
}

/** A field for each attribute. A choice can be empty, and so can yes or no. */
export function attributeFields(definitions: Definition[], yes: string, no: string, stored: Stored[] = []): Field[] {
  const files = new Map(stored.map((one) => [one.code, one.file ?? undefined]));
  return definitions.filter(isAsked).map((one) => {
    const options = one.options.map(({ code, label }) => ({ value: code, label }));
    const answers = [
      { value: 'true', label: yes },
      { value: 'false', label: no },
    ];
    const empty = [{ value: '', label: '–' }];
    const choices = { BOOLEAN: [...empty, ...answers], SELECT: [...empty, ...options], MULTI_SELECT: options } as const;
    return {
      name: PREFIX + one.code,
      label: one.label,
      kind: KINDS[one.type],
      isRequired: one.isRequired,
      maxLength: one.rules.maxLength ?? undefined,
      options: [...(choices[one.type as keyof typeof choices] ?? [])],
      ...(KINDS[one.type] === 'file' ? fileField(one, files.get(one.code)) : {}),
    };
  });
}

function fileField({ code, entity, rules }: Definition, stored: FileFacts['stored']): Partial<Field> {
  const endings = (rules.fileExtensions ?? []).map((one) => `.${one}`);
  const size = rules.maxFileSize ? `≤ ${Math.floor(rules.maxFileSize / KILOBYTE)} kB` : '';
  const accept = endings.length > 0 ? endings.join(',') : undefined;
  return {
    hint: [endings.join(', '), size].filter(Boolean).join(' · ') || undefined,
    file: { attributeCode: code, entity, accept, stored },
  };
}

export function attributeValues(definitions: Definition[], stored: Stored[]): Values {
  const byCode = new Map(stored.map((one) => [one.code, one]));
  return Object.fromEntries(
    definitions.filter(isAsked).map((one) => [PREFIX + one.code, readValue(one.type, byCode.get(one.code))]),
  );
}

function readValue(type: AttributeType, stored: Stored | undefined): Value {
  const codes = stored?.options.map((option) => option.code) ?? [];
  switch (type) {
    case 'MULTILINE':
      return stored?.lines ?? [];
    case 'DATE':
      return text(stored?.date);
    case 'BOOLEAN':
      return stored?.boolean === null || stored?.boolean === undefined ? '' : String(stored.boolean);
    case 'SELECT':
      return codes[0] ?? '';
    case 'MULTI_SELECT':
      return codes;
    case 'FILE':
    case 'IMAGE':
      return text(stored?.file?.id);
    default:
      return text(stored?.text);
  }
}

/** What changed of the attributes, as an input takes it; what is empty removes the value. */
export function attributeInputs(definitions: Definition[], changed: Values): AttributeInput[] {
  return definitions.flatMap(({ code, type }) => {
    const value = changed[PREFIX + code];
    return value === undefined ? [] : [{ code, value: writeValue(type, value) }];
  });
}

function writeValue(type: AttributeType, value: Value): AttributeInput['value'] {
  if (value === '' || (Array.isArray(value) && value.join('') === '')) return null;
  const list = Array.isArray(value) ? value.map(String) : [String(value)];
  if (type === 'MULTILINE') return { lines: list };
  if (type === 'DATE') return { date: String(value) };
  if (type === 'BOOLEAN') return { boolean: value === 'true' };
  if (type === 'SELECT' || type === 'MULTI_SELECT') return { options: list };
  if (type === 'FILE' || type === 'IMAGE') return { fileId: String(value) };
  return { text: String(value) };
}

/** All that is not an attribute. */
export function plainValues(changed: Values): Values {
  return Object.fromEntries(Object.entries(changed).filter(([name]) => !name.startsWith(PREFIX)));
}

/** An error about the third attribute of an input is shown at its field. */
export function atAttributes(errors: FieldError[], inputs: AttributeInput[]): FieldError[] {
  return errors.map((error) => {
    if (error.path?.[0] !== 'attributes') return error;
    const code = inputs[Number(error.path[1])]?.code ?? error.path[1];
    return { ...error, path: [PREFIX + code] };
  });
}

import type { ReactNode } from 'react';
import type { AttributeEntity } from '../generated/graphql';
import type { FieldError } from '../graph/errors';

export type FieldKind =
  | 'text'
  | 'area'
  | 'email'
  | 'password'
  | 'number'
  | 'date'
  | 'time'
  | 'boolean'
  | 'select'
  | 'multi'
  | 'lines'
  | 'parts'
  | 'file';

export interface Option {
  value: string;
  label: string;
}

/** One thing that a form asks for. */
export interface Field {
  name: string;
  label: string;
  kind?: FieldKind;
  options?: Option[];
  hint?: string;
  /** Why it cannot be changed now; it is shown, and disabled. */
  reason?: string;
  isDisabled?: boolean;
  isRequired?: boolean;
  maxLength?: number;
  /** Of a password: `current-password` for one that exists. */
  autoComplete?: string;
  /** Of the kind `file`, whose value is the id of a file. */
  file?: FileFacts;
  /** Of the kind `parts`: how they are shown and changed, on the whole width. */
  render?: (given: PartsGiven) => ReactNode;
}

/** Of which attribute a file is, and the one that is stored. */
export interface FileFacts {
  attributeCode: string;
  entity: AttributeEntity;
  accept?: string;
  stored?: { id: string; name: string; sizeBytes: number; url?: string | null };
}

/** What one of a list has, such as an option of an attribute. */
export type Part = Record<string, unknown>;

export interface PartsGiven {
  value: Part[];
  onChange: (value: Part[]) => void;
  error: string | undefined;
  isDisabled: boolean;
}

export type Value = string | boolean | string[] | Part[];
export type Values = Record<string, Value>;

export interface Section {
  title?: string;
  fields: Field[];
}

/** The name of the field that an error is about: the first step of its path, unless the screen knows better. */
export function errorOf(errors: FieldError[], name: string): string | undefined {
  return errors.find((error) => (error.path?.[0] ?? '') === name)?.message;
}

/** Errors that no field of the form shows. */
export function errorsOfNone(errors: FieldError[], fields: Field[]): FieldError[] {
  const names = new Set(fields.map((field) => field.name));
  return errors.filter((error) => !names.has(error.path?.[0] ?? ''));
}

export function text(value: string | number | null | undefined): string {
  return value === null || value === undefined ? '' : String(value);
}

/** Empty means nothing: the service removes what is stored. */
export function orNull(value: Value | undefined): string | null {
  return typeof value === 'string' && value !== '' ? value : null;
}

/** A time as `datetime-local` writes it, in the zone of the browser, and back. */
export function localTime(value: string | null | undefined): string {
  if (!value) return '';
  const at = new Date(value);
  return new Date(at.getTime() - at.getTimezoneOffset() * 60_000).toISOString().slice(0, 16);
}

export function instant(value: Value | undefined): string | null {
  return typeof value === 'string' && value ? new Date(value).toISOString() : null;
}

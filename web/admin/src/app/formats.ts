import { useMemo } from 'react';
import { useTranslation } from 'react-i18next';

export interface Money {
  amount: string;
  currency: string;
}

export interface Formats {
  dateTime: (value: string | null | undefined) => string;
  /** A day without a time, which is the same everywhere. */
  date: (value: string | null | undefined) => string;
  number: (value: number | null | undefined) => string;
  money: (value: Money | null | undefined) => string;
  country: (code: string | null | undefined) => string;
}

/** Times, numbers, money and countries as the language of the page writes them; empty for what is not there. */
export function createFormats(language: string): Formats {
  const dateTime = new Intl.DateTimeFormat(language, { dateStyle: 'medium', timeStyle: 'short' });
  const date = new Intl.DateTimeFormat(language, { dateStyle: 'medium', timeZone: 'UTC' });
  const number = new Intl.NumberFormat(language);
  const countries = new Intl.DisplayNames(language, { type: 'region' });
  const currencies = new Map<string, Intl.NumberFormat>();
  const currency = (code: string) => {
    const found = currencies.get(code) ?? new Intl.NumberFormat(language, { style: 'currency', currency: code });
    currencies.set(code, found);
    return found;
  };
  return {
    dateTime: (value) => (value ? dateTime.format(new Date(value)) : ''),
    date: (value) => (value ? date.format(new Date(`${value}T00:00:00Z`)) : ''),
    number: (value) => (value === null || value === undefined ? '' : number.format(value)),
    // The text, not a float: it is exact however large.
    money: (value) => (value ? currency(value.currency).format(value.amount as Intl.StringNumericLiteral) : ''),
    country: (code) => (code && /^[A-Z]{2}$/.test(code) ? (countries.of(code) ?? code) : (code ?? '')),
  };
}

export function useFormats(): Formats {
  const { i18n } = useTranslation();
  return useMemo(() => createFormats(i18n.language), [i18n.language]);
}

import { useState } from 'react';

/** Widths of columns, which belong to a screen and not to a list's address. */
export function useWidths(name: string): [Record<string, number>, (key: string, width: number) => void] {
  const kept = `customer-gql-widths-${name}`;
  const [widths, setWidths] = useState<Record<string, number>>(() => read(kept));
  function setWidth(key: string, width: number) {
    const next = { ...widths, [key]: width };
    window.localStorage.setItem(kept, JSON.stringify(next));
    setWidths(next);
  }
  return [widths, setWidth];
}

function read(kept: string): Record<string, number> {
  try {
    return JSON.parse(window.localStorage.getItem(kept) ?? '{}') as Record<string, number>;
  } catch {
    return {};
  }
}

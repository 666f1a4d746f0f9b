/** The part of an address behind `?` as plain texts: `?q=smith&sort=name.asc`, readable, and the same after a reload. */
export function parseSearch(text: string): Record<string, string> {
  return Object.fromEntries(new URLSearchParams(text));
}

export function stringifySearch(search: Record<string, unknown>): string {
  const named = Object.entries(search).filter(([, value]) => value !== undefined && value !== null && value !== '');
  const text = new URLSearchParams(named.map(([name, value]) => [name, String(value)])).toString();
  return text ? `?${text}` : '';
}

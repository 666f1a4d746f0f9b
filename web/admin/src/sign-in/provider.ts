const KEPT = 'customer-gql-oidc';
const VERIFIER_BYTES = 48;

interface Flow {
  verifier: string;
  next: string;
}

/** Leaves for the identity provider. The verifier proves afterwards that it was this tab; it is no token. */
export async function startAtProvider(next: string): Promise<void> {
  const verifier = encode(crypto.getRandomValues(new Uint8Array(VERIFIER_BYTES)));
  const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(verifier));
  window.sessionStorage.setItem(KEPT, JSON.stringify({ verifier, next } satisfies Flow));
  window.location.assign(`/admin/oidc/start?challenge=${encode(new Uint8Array(digest))}`);
}

/** What this tab kept, once. */
export function takeFlow(): Flow | null {
  const kept = window.sessionStorage.getItem(KEPT);
  window.sessionStorage.removeItem(KEPT);
  return kept ? (JSON.parse(kept) as Flow) : null;
}

function encode(bytes: Uint8Array): string {
  return btoa(String.fromCharCode(...bytes))
    .replaceAll('+', '-')
    .replaceAll('/', '_')
    .replaceAll('=', '');
}

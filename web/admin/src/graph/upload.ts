import { type GraphError, GraphFailure, Unreachable } from './errors';

/** Sends a file to the address that was given for it; what refuses it is told as for other requests. */
export async function upload(url: string, file: File): Promise<void> {
  const headers = { 'accept-language': document.documentElement.lang };
  const response = await fetch(url, { method: 'PUT', credentials: 'same-origin', headers, body: file }).catch(() => {
    throw new Unreachable();
  });
  if (response.ok) return;
  const answer = (await response.json().catch(() => ({}))) as { errors?: GraphError[] };
  const unknown = { message: `HTTP ${response.status}`, extensions: { code: 'INTERNAL_SERVER_ERROR' } };
  throw new GraphFailure(answer.errors ?? [unknown], response.headers.get('x-request-id'));
}

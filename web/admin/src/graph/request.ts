import type { TypedDocumentString } from '../generated/graphql';
import { type GraphError, GraphFailure, RetryLater, Unreachable } from './errors';
import { session } from './session';

export const ENDPOINT = '/admin/graphql';
const ACCEPT = 'application/graphql-response+json, application/json;q=0.9';
const BUSY = 503;
const TOO_MANY = 429;
const MASKED_WAIT = 1;

interface Options {
  signal?: AbortSignal;
  /** A request that the page makes by itself: it does not keep a session alive. */
  isBackground?: boolean;
  /** Take what there is when a part of the answer was refused. */
  isPartial?: boolean;
  /** Whether the end of the session is told instead of waited for. */
  isWithoutSession?: boolean;
}

interface Answer<R> {
  data?: R | null;
  errors?: GraphError[];
}

/** Sends a document by its id and returns `data`; the body is the same when it has to be sent again after a sign-in. */
export async function request<R, V>(
  document: TypedDocumentString<R, V>,
  variables: V,
  options: Options = {},
): Promise<R> {
  const body = await writeBody(document, variables);
  for (;;) {
    const response = await send(body, options);
    const requestId = response.headers.get('x-request-id');
    if (response.status === TOO_MANY || response.status === BUSY) {
      const seconds = Number(response.headers.get('retry-after')) || MASKED_WAIT;
      throw new RetryLater(seconds, response.status === TOO_MANY, requestId);
    }
    const answer = await read<R>(response, requestId);
    if (!options.isWithoutSession && isSessionMissing(response, answer)) {
      await session.waitForSignIn();
      continue;
    }
    return unwrap(answer, requestId, options.isPartial ?? false);
  }
}

async function send(body: string, options: Options): Promise<Response> {
  const headers: Record<string, string> = {
    accept: ACCEPT,
    'accept-language': window.document.documentElement.lang,
    'content-type': 'application/json',
  };
  if (options.isBackground) headers['x-background'] = '1';
  try {
    return await fetch(ENDPOINT, { method: 'POST', credentials: 'same-origin', headers, body, signal: options.signal });
  } catch (error) {
    if (options.signal?.aborted) throw error;
    throw new Unreachable();
  }
}

async function read<R>(response: Response, requestId: string | null): Promise<Answer<R>> {
  try {
    return (await response.json()) as Answer<R>;
  } catch {
    // A proxy answered in the place of the service.
    const error = { message: `HTTP ${response.status}`, extensions: { code: 'INTERNAL_SERVER_ERROR' } };
    throw new GraphFailure([error], requestId);
  }
}

function unwrap<R>(answer: Answer<R>, requestId: string | null, isPartial: boolean): R {
  const errors = answer.errors ?? [];
  const limited = errors.find((error) => error.extensions.code === 'RATE_LIMITED');
  if (limited) throw new RetryLater(limited.extensions.retryAfter ?? MASKED_WAIT, true, requestId);
  const isEnough = errors.length === 0 || (isPartial && hasPart(answer.data));
  if (!answer.data || !isEnough) throw new GraphFailure(errors, requestId);
  return answer.data;
}

/** Whether anything was answered: a page that was refused as a whole is no part. */
function hasPart<R>(data: R | null | undefined): boolean {
  return Object.values(data ?? {}).some((root) => root !== null);
}

function isSessionMissing<R>(response: Response, answer: Answer<R>): boolean {
  const codes = answer.errors?.map((error) => error.extensions.code) ?? [];
  return response.status === 401 || codes.includes('UNAUTHENTICATED');
}

export async function writeBody<R, V>(document: TypedDocumentString<R, V>, variables: V): Promise<string> {
  const meta = document.__meta__ as { hash: string; operationName: string };
  const named = { operationName: meta.operationName, variables };
  if (import.meta.env.DEV) {
    // The development server is ahead of the documents that the service has read.
    const { default: texts } = await import('../generated/persisted-documents.json');
    return JSON.stringify({ query: (texts as Record<string, string>)[meta.hash], ...named });
  }
  return JSON.stringify({ documentId: meta.hash, ...named });
}

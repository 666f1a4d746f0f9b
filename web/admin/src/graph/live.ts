import type { TypedDocumentString } from '../generated/graphql';
import { ENDPOINT, writeBody } from './request';

/** Follows a subscription until it ends, the signal stops it or the connection breaks; who calls asks again by other means. */
export async function follow<R, V>(
  document: TypedDocumentString<R, V>,
  variables: V,
  onAnswer: (data: R) => void,
  signal: AbortSignal,
): Promise<void> {
  try {
    const headers = {
      accept: 'text/event-stream',
      'accept-language': window.document.documentElement.lang,
      'content-type': 'application/json',
      'x-background': '1',
    };
    const body = await writeBody(document, variables);
    const response = await fetch(ENDPOINT, { method: 'POST', credentials: 'same-origin', headers, body, signal });
    if (!response.body || !response.headers.get('content-type')?.startsWith('text/event-stream')) return;
    for await (const data of readEvents<R>(response.body)) onAnswer(data);
  } catch (error) {
    // A connection that breaks is no fault of the page, which reads the same by requests.
    if (!(error instanceof TypeError) && !signal.aborted) throw error;
  }
}

async function* readEvents<R>(body: ReadableStream<Uint8Array<ArrayBuffer>>): AsyncGenerator<R> {
  const reader = body.pipeThrough(new TextDecoderStream()).getReader();
  let text = '';
  for (let part = await reader.read(); !part.done; part = await reader.read()) {
    const events = (text + part.value).split('\n\n');
    text = events.pop() ?? '';
    for (const event of events) {
      const name = /^event: (.*)$/m.exec(event)?.[1];
      if (name === 'complete') return;
      const { data } = JSON.parse((name === 'next' && /^data: (.*)$/m.exec(event)?.[1]) || '{}') as { data?: R };
      if (data) yield data;
    }
  }
}

import { releaseFocus } from '../app/focus';
import { SessionEnded } from './errors';

/** What all tabs of a browser know about the session: whether it ended. The session itself is a cookie no script can read. */
type Message = 'signed-out' | 'signed-in';

const channel = new BroadcastChannel('customer-gql-session');
const listeners = new Set<() => void>();
let hasEnded = false;
let waiting: { resume: () => void; fail: (reason: Error) => void }[] = [];

export const session = {
  subscribe(listener: () => void): () => void {
    listeners.add(listener);
    return () => listeners.delete(listener);
  },

  /** Whether a request was refused because the session ended; the sign-in then stands over the page. */
  hasEnded: (): boolean => hasEnded,

  end(): void {
    setEnded(true);
  },

  /** Waits until somebody has signed in over the page; what was typed there is still there. */
  async waitForSignIn(): Promise<void> {
    setEnded(true);
    return new Promise((resume, fail) => waiting.push({ resume, fail }));
  },

  /** The same person is signed in again: requests that waited are repeated. */
  resume(): void {
    const resumed = takeWaiting();
    setEnded(false);
    channel.postMessage('signed-in' satisfies Message);
    for (const one of resumed) one.resume();
  },

  announceSignOut(): void {
    channel.postMessage('signed-out' satisfies Message);
  },

  /** Gives up what waits; the page is left. */
  abandon(): void {
    const abandoned = takeWaiting();
    setEnded(false);
    for (const one of abandoned) one.fail(new SessionEnded());
  },
};

channel.addEventListener('message', ({ data }: MessageEvent<Message>) => {
  if (data === 'signed-out') {
    // A new page forgets all that this one has read.
    window.location.assign('/admin/sign-in');
  } else if (data === 'signed-in' && hasEnded) {
    // Perhaps somebody else: only the page that signed in knows who it was.
    window.location.reload();
  }
});

function setEnded(value: boolean): void {
  if (value && !hasEnded) releaseFocus();
  hasEnded = value;
  for (const listener of listeners) listener();
}

function takeWaiting(): typeof waiting {
  const taken = waiting;
  waiting = [];
  return taken;
}

import { QueryClient } from '@tanstack/react-query';
import { RetryLater, Unreachable } from './errors';

const MOST_WAITS = 30;
const FIRST_PAUSE = 1000;
const LONGEST_PAUSE = 15_000;

/** Only what may get better by waiting is sent again by itself; a mutation is, with its own idempotency key. */
function isWorthRetrying(count: number, error: Error): boolean {
  if (error instanceof RetryLater) return count < MOST_WAITS;
  return error instanceof Unreachable && count < 2;
}

function pause(count: number, error: Error): number {
  if (error instanceof RetryLater) return error.seconds * 1000;
  return Math.min(FIRST_PAUSE * 2 ** count, LONGEST_PAUSE);
}

export const queryClient = new QueryClient({
  defaultOptions: {
    queries: {
      retry: isWorthRetrying,
      retryDelay: pause,
      staleTime: 15_000,
      refetchOnWindowFocus: false,
      networkMode: 'always',
    },
    mutations: {
      retry: (count, error) => error instanceof RetryLater && isWorthRetrying(count, error),
      retryDelay: pause,
      networkMode: 'always',
    },
  },
});

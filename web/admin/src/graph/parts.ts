import { Unreachable } from './errors';

/** Loads a part of the application. Without an answer it fails like a request, and the page is not reloaded for it. */
export function loadPart<T>(load: () => Promise<T>): Promise<T> {
  return load().catch(() => {
    throw new Unreachable();
  });
}

import { useBlocker } from '@tanstack/react-router';
import { useRef } from 'react';

interface Place {
  pathname: string;
  search: unknown;
}

/** What was typed and not saved keeps the page until its person has decided; `leave` goes without asking. */
export function useLeaveGuard(isDirty: boolean, isSamePlace?: (current: Place, next: Place) => boolean) {
  const isAllowed = useRef(false);
  const isKept = () => isDirty && !isAllowed.current;
  const blocker = useBlocker({
    shouldBlockFn: ({ current, next }) => isKept() && !isSamePlace?.(current, next),
    enableBeforeUnload: isKept,
    withResolver: true,
  });
  function leave(go: () => void) {
    isAllowed.current = true;
    go();
  }
  return { blocker, leave };
}

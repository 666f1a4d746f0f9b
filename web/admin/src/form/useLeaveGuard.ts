import { useBlocker } from '@tanstack/react-router';
import { useRef } from 'react';

/** What was typed and not saved keeps the page until its person has decided; `leave` goes without asking. */
export function useLeaveGuard(isDirty: boolean) {
  const isAllowed = useRef(false);
  const isKept = () => isDirty && !isAllowed.current;
  const blocker = useBlocker({ shouldBlockFn: isKept, enableBeforeUnload: isKept, withResolver: true });
  function leave(go: () => void) {
    isAllowed.current = true;
    go();
  }
  return { blocker, leave };
}

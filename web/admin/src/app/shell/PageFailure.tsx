import type { ErrorComponentProps } from '@tanstack/react-router';
import { Failure } from '../../components/Failure';
import { Unreachable } from '../../graph/errors';

/** Stands in the place of a screen that could not be shown. */
export default function PageFailure({ error, reset }: ErrorComponentProps) {
  // The script of a screen that could not be loaded is asked for again by the next load of the page alone.
  const retry = error instanceof Unreachable ? () => window.location.reload() : reset;
  return <Failure error={error instanceof Error ? error : new Error(String(error))} onRetry={retry} />;
}

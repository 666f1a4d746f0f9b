import type { ErrorComponentProps } from '@tanstack/react-router';
import { Failure } from '../../components/Failure';

/** Stands in the place of a screen that could not be shown. */
export default function PageFailure({ error, reset }: ErrorComponentProps) {
  return <Failure error={error instanceof Error ? error : new Error(String(error))} onRetry={reset} />;
}

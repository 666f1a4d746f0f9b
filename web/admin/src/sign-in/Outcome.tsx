import Alert from '@mui/material/Alert';
import { Countdown } from '../components/Countdown';
import { Failure } from '../components/Failure';
import { type FieldError, RetryLater } from '../graph/errors';

/** Why the sign-in did not work. */
export default function Outcome({ error, errors }: { error: Error | null; errors: FieldError[] }) {
  if (error instanceof RetryLater) return <Countdown reason={error} />;
  if (error) return <Failure error={error} />;
  return errors.map((one) => (
    <Alert key={one.key} severity="error" role="alert">
      {one.message}
    </Alert>
  ));
}

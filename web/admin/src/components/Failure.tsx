import Alert from '@mui/material/Alert';
import Button from '@mui/material/Button';
import Typography from '@mui/material/Typography';
import { useTranslation } from 'react-i18next';
import { GraphFailure, RetryLater, Unreachable } from '../graph/errors';
import { Countdown } from './Countdown';
import { NotPermitted } from './Empty';

/** What went wrong, where it went wrong, and what to do about it. */
export function Failure({ error, onRetry }: { error: Error; onRetry?: () => void }) {
  const { t } = useTranslation();
  if (error instanceof RetryLater) return <Countdown reason={error} />;
  if (error instanceof GraphFailure && error.missingPermission) {
    return <NotPermitted permission={error.missingPermission} />;
  }
  const requestId = error instanceof GraphFailure ? error.requestId : null;
  return (
    <Alert
      severity="error"
      role="alert"
      action={
        onRetry ? (
          <Button color="inherit" size="small" onClick={onRetry}>
            {t('retry')}
          </Button>
        ) : undefined
      }
    >
      {describe(error, t)}
      {requestId ? (
        <Typography variant="caption" component="div">
          {t('requestId', { id: requestId })}
        </Typography>
      ) : null}
    </Alert>
  );
}

function describe(error: Error, t: (key: string) => string): string {
  if (error instanceof Unreachable) return t('failure.unreachable');
  if (!(error instanceof GraphFailure)) return t('failure.page');
  // What a person can act on is written by the service, in the language of the page.
  const isTold = ['BAD_USER_INPUT', 'CONFLICT', 'IDEMPOTENCY_CONFLICT', 'NOT_FOUND', 'FORBIDDEN', 'QUERY_TOO_COMPLEX'];
  return isTold.includes(error.code ?? '') ? error.message : t('failure.service');
}

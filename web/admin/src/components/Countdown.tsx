import Alert from '@mui/material/Alert';
import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { RetryLater } from '../graph/errors';

const SECOND = 1000;

/** Counts down to the moment at which the request is sent again. */
export function Countdown({ reason }: { reason: RetryLater }) {
  const { t } = useTranslation();
  const [left, setLeft] = useState(reason.seconds);
  useEffect(() => {
    const until = Date.now() + reason.seconds * SECOND;
    const timer = window.setInterval(() => setLeft(Math.max(0, Math.ceil((until - Date.now()) / SECOND))), SECOND / 4);
    return () => window.clearInterval(timer);
  }, [reason]);
  return (
    <Alert severity="info" role="status">
      {t(reason.isRateLimit ? 'wait.tooMany' : 'wait.busy', { count: left })}
    </Alert>
  );
}

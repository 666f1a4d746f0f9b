import Alert from '@mui/material/Alert';
import Button from '@mui/material/Button';
import Snackbar from '@mui/material/Snackbar';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { KeepSessionDocument } from '../../generated/graphql';
import { request } from '../../graph/request';
import { useViewer, viewerQuery } from '../../graph/viewer';

const MINUTE = 60_000;
const WARNED_MINUTES = 5;
const CHECK = 5000;

/** Tells five minutes before that the session ends, and keeps it where that is possible. */
export function SessionWarning() {
  const { t } = useTranslation();
  const left = useMinutesLeft(useViewer().sessionExpiresAt);
  const client = useQueryClient();
  const keep = useMutation({
    // Anything but the viewer counts as use.
    mutationFn: () => request(KeepSessionDocument, {}),
    onSuccess: () => client.refetchQueries(viewerQuery),
  });
  if (left === null || left > WARNED_MINUTES || left <= 0) return null;
  return (
    <Snackbar open anchorOrigin={{ vertical: 'bottom', horizontal: 'center' }}>
      <Alert
        severity="warning"
        role="alert"
        action={
          <Button color="inherit" size="small" onClick={() => keep.mutate()} loading={keep.isPending}>
            {t('session.keep')}
          </Button>
        }
      >
        {t('session.endsIn', { count: left })}
      </Alert>
    </Snackbar>
  );
}

function useMinutesLeft(at: string | null | undefined): number | null {
  const [now, setNow] = useState(Date.now);
  useEffect(() => {
    const timer = window.setInterval(() => setNow(Date.now()), CHECK);
    return () => window.clearInterval(timer);
  }, []);
  return at ? Math.ceil((Date.parse(at) - now) / MINUTE) : null;
}

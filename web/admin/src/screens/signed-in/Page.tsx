import Alert from '@mui/material/Alert';
import Link from '@mui/material/Link';
import Skeleton from '@mui/material/Skeleton';
import Stack from '@mui/material/Stack';
import { useMutation } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Failure } from '../../components/Failure';
import { ExchangeCodeDocument } from '../../generated/graphql';
import { request } from '../../graph/request';
import { OpenPage } from '../../sign-in/OpenPage';
import { takeFlow } from '../../sign-in/provider';

/** Exchanges the code that the identity provider's answer brought for a session, once. */
export default function SignedInPage() {
  const { t } = useTranslation('signed-in');
  const [brought] = useState(() => ({ code: takeCode(), flow: takeFlow() }));
  const exchange = useMutation({
    mutationFn: sendCode,
    retry: false,
    onSuccess: (errors) => {
      if (errors.length === 0) window.location.assign(brought.flow?.next ?? '/admin');
    },
  });
  const { mutate } = exchange;
  useEffect(() => {
    if (brought.code && brought.flow) mutate({ code: brought.code, verifier: brought.flow.verifier });
  }, [brought, mutate]);
  const isRefused = !brought.code || !brought.flow || (exchange.data?.length ?? 0) > 0;
  return (
    <OpenPage title={t('title')}>
      <Stack spacing={2}>
        {exchange.error ? <Failure error={exchange.error} /> : null}
        {isRefused ? (
          <Alert severity="error" role="alert">
            {exchange.data?.[0]?.message ?? t('refused')}
          </Alert>
        ) : null}
        {isRefused || exchange.error ? <Link href="/admin/sign-in">{t('again')}</Link> : <Skeleton height={40} />}
      </Stack>
    </OpenPage>
  );
}

function takeCode(): string | null {
  const code = new URLSearchParams(window.location.search).get('code');
  window.history.replaceState(window.history.state, '', window.location.pathname);
  return code;
}

async function sendCode({ code, verifier }: { code: string; verifier: string }) {
  const input = { code, verifier, session: 'COOKIE' as const };
  const data = await request(ExchangeCodeDocument, { input }, { isWithoutSession: true });
  return data.staffOidcExchange?.userErrors ?? [];
}

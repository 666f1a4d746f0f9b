import Button from '@mui/material/Button';
import Stack from '@mui/material/Stack';
import { useMutation } from '@tanstack/react-query';
import { type FormEvent, lazy, Suspense, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { SignInDocument } from '../generated/graphql';
import type { FieldError } from '../graph/errors';
import { request } from '../graph/request';
import { PlainField, readForm } from './PlainField';

interface Props {
  email?: string;
  onSignedIn: (staffId: string) => void;
}

// Loaded when there is something to tell.
const Outcome = lazy(() => import('./Outcome'));

const NEEDED = ['email', 'password'];

/** Password and code at once: an answer that asked for the code alone would tell a thief that the password is right. */
export function SignInForm({ email = '', onSignedIn }: Props) {
  const { t } = useTranslation();
  const [missing, setMissing] = useState<string[]>([]);
  const signIn = useMutation({
    mutationFn: sendSignIn,
    // The person waits and tries again; a password is not sent by itself.
    retry: false,
    onSuccess: ({ staffId }) => staffId && onSignedIn(staffId),
  });

  function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    const typed = readForm(event.currentTarget);
    const empty = NEEDED.filter((name) => !typed[name]?.trim());
    setMissing(empty);
    if (empty.length === 0) signIn.mutate(typed);
  }

  const hint = (name: string) => (missing.includes(name) ? t('required') : undefined);
  return (
    <Stack component="form" spacing={2} noValidate onSubmit={submit} sx={{ pt: 1 }}>
      <PlainField
        label={t('signIn.email')}
        name="email"
        type="email"
        autoComplete="username"
        defaultValue={email}
        autoFocus={email === ''}
        maxLength={254}
        isWrong={missing.includes('email')}
        hint={hint('email')}
      />
      <PlainField
        label={t('signIn.password')}
        name="password"
        type="password"
        autoComplete="current-password"
        autoFocus={email !== ''}
        maxLength={256}
        isWrong={missing.includes('password')}
        hint={hint('password')}
      />
      <PlainField
        label={t('signIn.code')}
        name="code"
        hint={t('signIn.codeHint')}
        autoComplete="one-time-code"
        inputMode="numeric"
        maxLength={32}
      />
      {signIn.error || signIn.data?.errors.length ? (
        <Suspense fallback={null}>
          <Outcome error={signIn.error} errors={signIn.data?.errors ?? []} />
        </Suspense>
      ) : null}
      <Button type="submit" variant="contained" loading={signIn.isPending}>
        {t('signIn.submit')}
      </Button>
    </Stack>
  );
}

async function sendSignIn(typed: Record<string, string>): Promise<{ staffId?: string; errors: FieldError[] }> {
  const { email = '', password = '', code = '' } = typed;
  const totp = code.replaceAll(' ', '') || null;
  const input = { email: email.trim(), password, totp, session: 'COOKIE' as const };
  const { staffSignIn } = await request(SignInDocument, { input }, { isWithoutSession: true });
  return { staffId: staffSignIn?.staffUser?.id, errors: staffSignIn?.userErrors ?? [] };
}

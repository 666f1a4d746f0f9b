import { standardSchemaResolver } from '@hookform/resolvers/standard-schema';
import Alert from '@mui/material/Alert';
import Button from '@mui/material/Button';
import Stack from '@mui/material/Stack';
import TextField from '@mui/material/TextField';
import { useMutation } from '@tanstack/react-query';
import { useForm } from 'react-hook-form';
import { useTranslation } from 'react-i18next';
import * as z from 'zod/mini';
import { Countdown } from '../components/Countdown';
import { Failure } from '../components/Failure';
import { SignInDocument } from '../generated/graphql';
import { type FieldError, RetryLater } from '../graph/errors';
import { request } from '../graph/request';

z.config({ jitless: true });

const FORM = z.object({
  email: z.string().check(z.minLength(1)),
  password: z.string().check(z.minLength(1)),
  code: z.string(),
});
type Values = z.infer<typeof FORM>;

interface Props {
  email?: string;
  onSignedIn: (staffId: string) => void;
}

/** Password and code at once: an answer that asked for the code alone would tell a thief that the password is right. */
export function SignInForm({ email = '', onSignedIn }: Props) {
  const { t } = useTranslation();
  const form = useForm<Values>({
    resolver: standardSchemaResolver(FORM),
    defaultValues: { email, password: '', code: '' },
  });
  const signIn = useMutation({
    mutationFn: sendSignIn,
    // The person waits and tries again; a password is not sent by itself.
    retry: false,
    onSuccess: ({ staffId }) => staffId && onSignedIn(staffId),
    onSettled: () => form.resetField('code'),
  });
  const missing = (name: keyof Values) => (form.formState.errors[name] ? t('required') : undefined);
  return (
    <Stack component="form" spacing={2} noValidate onSubmit={form.handleSubmit((values) => signIn.mutate(values))}>
      <TextField
        label={t('signIn.email')}
        type="email"
        autoComplete="username"
        autoFocus={email === ''}
        error={missing('email') !== undefined}
        helperText={missing('email')}
        slotProps={{ htmlInput: { maxLength: 254 } }}
        {...form.register('email')}
      />
      <TextField
        label={t('signIn.password')}
        type="password"
        autoComplete="current-password"
        autoFocus={email !== ''}
        error={missing('password') !== undefined}
        helperText={missing('password')}
        slotProps={{ htmlInput: { maxLength: 256 } }}
        {...form.register('password')}
      />
      <TextField
        label={t('signIn.code')}
        helperText={t('signIn.codeHint')}
        autoComplete="one-time-code"
        slotProps={{ htmlInput: { maxLength: 32, inputMode: 'numeric' } }}
        {...form.register('code')}
      />
      <Outcome error={signIn.error} errors={signIn.data?.errors ?? []} />
      <Button type="submit" variant="contained" loading={signIn.isPending}>
        {t('signIn.submit')}
      </Button>
    </Stack>
  );
}

function Outcome({ error, errors }: { error: Error | null; errors: FieldError[] }) {
  if (error instanceof RetryLater) return <Countdown reason={error} />;
  if (error) return <Failure error={error} />;
  return errors.map((one) => (
    <Alert key={one.key} severity="error" role="alert">
      {one.message}
    </Alert>
  ));
}

async function sendSignIn({ email, password, code }: Values): Promise<{ staffId?: string; errors: FieldError[] }> {
  const totp = code.replaceAll(' ', '') || null;
  const input = { email: email.trim(), password, totp, session: 'COOKIE' as const };
  const { staffSignIn } = await request(SignInDocument, { input }, { isWithoutSession: true });
  return { staffId: staffSignIn?.staffUser?.id, errors: staffSignIn?.userErrors ?? [] };
}

import Alert from '@mui/material/Alert';
import Button from '@mui/material/Button';
import Link from '@mui/material/Link';
import Stack from '@mui/material/Stack';
import TextField from '@mui/material/TextField';
import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { useForm } from 'react-hook-form';
import { useTranslation } from 'react-i18next';
import { Failure } from '../../components/Failure';
import { SetPasswordDocument } from '../../generated/graphql';
import { request } from '../../graph/request';
import { OpenPage } from '../../sign-in/OpenPage';

interface Values {
  password: string;
  again: string;
}

/** Chooses a password with the token of a mailed link, which leaves the address at once. */
export default function PasswordPage() {
  const { t } = useTranslation('choose-password');
  const [token] = useState(takeToken);
  const form = useForm<Values>({ defaultValues: { password: '', again: '' } });
  const choose = useMutation({ mutationFn: (password: string) => sendPassword(token, password) });
  const { again } = form.formState.errors;
  if (choose.data?.isSet) {
    return (
      <OpenPage title={t('title')}>
        <Stack spacing={2}>
          <Alert severity="success">{t('done')}</Alert>
          <Link href="/admin/sign-in">{t('signIn')}</Link>
        </Stack>
      </OpenPage>
    );
  }
  return (
    <OpenPage title={t('title')}>
      <Stack component="form" spacing={2} noValidate onSubmit={form.handleSubmit((it) => choose.mutate(it.password))}>
        <TextField
          label={t('password')}
          helperText={t('hint')}
          type="password"
          autoComplete="new-password"
          autoFocus
          slotProps={{ htmlInput: { maxLength: 256 } }}
          {...form.register('password', { required: true })}
        />
        <TextField
          label={t('again')}
          type="password"
          autoComplete="new-password"
          error={again !== undefined}
          helperText={again ? t('different') : undefined}
          slotProps={{ htmlInput: { maxLength: 256 } }}
          {...form.register('again', { validate: (value, { password }) => value === password })}
        />
        {choose.error ? <Failure error={choose.error} /> : null}
        {choose.data?.errors.map((error) => (
          <Alert key={error.key} severity="error" role="alert">
            {error.message}
          </Alert>
        ))}
        <Button type="submit" variant="contained" loading={choose.isPending}>
          {t('submit')}
        </Button>
      </Stack>
    </OpenPage>
  );
}

function takeToken(): string {
  const token = new URLSearchParams(window.location.search).get('token') ?? '';
  window.history.replaceState(window.history.state, '', window.location.pathname);
  return token;
}

async function sendPassword(token: string, password: string) {
  const data = await request(SetPasswordDocument, { input: { token, password } }, { isWithoutSession: true });
  return { isSet: data.staffPasswordSet?.isSet ?? false, errors: data.staffPasswordSet?.userErrors ?? [] };
}

import Alert from '@mui/material/Alert';
import Button from '@mui/material/Button';
import Link from '@mui/material/Link';
import Stack from '@mui/material/Stack';
import TextField from '@mui/material/TextField';
import { useMutation } from '@tanstack/react-query';
import { useForm } from 'react-hook-form';
import { useTranslation } from 'react-i18next';
import { Failure } from '../../components/Failure';
import { RequestPasswordResetDocument } from '../../generated/graphql';
import { request } from '../../graph/request';
import { OpenPage } from '../../sign-in/OpenPage';

/** Asks for a link to choose a new password; the answer is the same for every address. */
export default function ForgottenPage() {
  const { t } = useTranslation('forgotten-password');
  const form = useForm({ defaultValues: { email: '' } });
  const ask = useMutation({
    mutationFn: async (email: string) => {
      const variables = { input: { email: email.trim() } };
      const data = await request(RequestPasswordResetDocument, variables, { isWithoutSession: true });
      return data.staffPasswordResetRequest?.userErrors ?? [];
    },
  });
  const isSent = ask.data?.length === 0;
  return (
    <OpenPage title={t('title')}>
      <Stack component="form" spacing={2} noValidate onSubmit={form.handleSubmit(({ email }) => ask.mutate(email))}>
        {isSent ? (
          <Alert severity="success" role="status">
            {t('sent')}
          </Alert>
        ) : (
          <>
            <TextField
              label={t('email')}
              type="email"
              autoComplete="username"
              autoFocus
              slotProps={{ htmlInput: { maxLength: 254 } }}
              {...form.register('email', { required: true })}
            />
            {ask.error ? <Failure error={ask.error} /> : null}
            {ask.data?.map((error) => (
              <Alert key={error.key} severity="error" role="alert">
                {error.message}
              </Alert>
            ))}
            <Button type="submit" variant="contained" loading={ask.isPending}>
              {t('submit')}
            </Button>
          </>
        )}
        <Link href="/admin/sign-in">{t('back')}</Link>
      </Stack>
    </OpenPage>
  );
}

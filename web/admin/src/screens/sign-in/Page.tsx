import Button from '@mui/material/Button';
import Divider from '@mui/material/Divider';
import Link from '@mui/material/Link';
import Stack from '@mui/material/Stack';
import { useSearch } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { OpenPage } from '../../sign-in/OpenPage';
import { startAtProvider } from '../../sign-in/provider';
import { SignInForm } from '../../sign-in/SignInForm';
import { hasPasswords, hasProvider } from '../../sign-in/ways';

export default function SignInPage() {
  const { t } = useTranslation('sign-in');
  const { next } = useSearch({ strict: false }) as { next?: string };
  // Another document: this one knows the screens of nobody, and forgets all that it has read.
  const enter = () => window.location.assign(safePath(next));

  return (
    <OpenPage title={t('title')}>
      <Stack spacing={2}>
        {hasPasswords ? <SignInForm onSignedIn={enter} /> : null}
        {hasPasswords ? <Link href="/admin/forgotten-password">{t('forgotten')}</Link> : null}
        {hasPasswords && hasProvider ? <Divider /> : null}
        {hasProvider ? (
          <Button variant="outlined" onClick={() => void startAtProvider(safePath(next))}>
            {t('provider')}
          </Button>
        ) : null}
      </Stack>
    </OpenPage>
  );
}

/** Only to a page of this application: the address may come from anywhere. */
function safePath(next: string | undefined): string {
  const path = next?.startsWith('/') && !/^\/[/\\]/.test(next) ? next : '/';
  return path.startsWith('/admin') ? path : `/admin${path}`;
}

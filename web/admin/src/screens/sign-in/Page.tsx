import Button from '@mui/material/Button';
import Divider from '@mui/material/Divider';
import Link from '@mui/material/Link';
import Stack from '@mui/material/Stack';
import { useQueryClient } from '@tanstack/react-query';
import { useRouter, useSearch } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { viewerQuery } from '../../graph/viewer';
import { OpenPage } from '../../sign-in/OpenPage';
import { startAtProvider } from '../../sign-in/provider';
import { SignInForm } from '../../sign-in/SignInForm';
import { hasPasswords, hasProvider } from '../../sign-in/ways';

export default function SignInPage() {
  const { t } = useTranslation('sign-in');
  const { next } = useSearch({ strict: false }) as { next?: string };
  const client = useQueryClient();
  const router = useRouter();

  async function enter() {
    client.clear();
    await client.fetchQuery(viewerQuery);
    router.history.push(safePath(next));
  }

  return (
    <OpenPage title={t('title')}>
      <Stack spacing={2}>
        {hasPasswords ? <SignInForm onSignedIn={() => void enter()} /> : null}
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

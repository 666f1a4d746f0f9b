import Stack from '@mui/material/Stack';
import { useQuery } from '@tanstack/react-query';
import { lazy, Suspense, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useFormats } from '../../app/formats';
import { ActionButton } from '../../components/ActionButton';
import { DataTable } from '../../components/DataTable';
import { Empty } from '../../components/Empty';
import { PageHeader } from '../../components/PageHeader';
import { QueryFrame } from '../../components/QueryFrame';
import { ServiceTokensDocument, type ServiceTokensQuery } from '../../generated/graphql';
import { request } from '../../graph/request';

const TokenDialog = lazy(() => import('./TokenDialog'));

export type Token = NonNullable<ServiceTokensQuery['serviceTokens']>[number];
export type OpenDialog = { kind: 'add' } | { kind: 'rotate' | 'revoke'; token: Token };

/** Tokens that programs sign in with, and what each may. */
export default function ServiceTokensPage() {
  const { t } = useTranslation('service-tokens');
  const [open, setOpen] = useState<OpenDialog | null>(null);
  const query = useQuery({
    queryKey: ['service-tokens'],
    queryFn: ({ signal }) => request(ServiceTokensDocument, {}, { signal }),
  });
  return (
    <Stack spacing={2}>
      <PageHeader title={t('title')}>
        <ActionButton variant="contained" label={t('add')} onClick={() => setOpen({ kind: 'add' })} />
      </PageHeader>
      <QueryFrame query={query}>
        {({ serviceTokens, websites }) => (
          <>
            {serviceTokens?.length ? (
              <TokenTable tokens={serviceTokens} onOpen={setOpen} />
            ) : (
              <Empty icon="check" title={t('none')} text={t('noneText')} />
            )}
            <Suspense fallback={null}>
              {open ? <TokenDialog open={open} websites={websites ?? []} onClose={() => setOpen(null)} /> : null}
            </Suspense>
          </>
        )}
      </QueryFrame>
    </Stack>
  );
}

function TokenTable({ tokens, onOpen }: { tokens: Token[]; onOpen: (open: OpenDialog) => void }) {
  const { t } = useTranslation(['service-tokens', 'permissions', 'form']);
  const formats = useFormats();
  const stateOf = (token: Token) => {
    if (token.revokedAt) return t('revoked', { at: formats.dateTime(token.revokedAt) });
    return t(Date.parse(token.expiresAt) < Date.now() ? 'expired' : 'works');
  };
  return (
    <DataTable
      label={t('title')}
      heads={[t('name'), t('state'), t('expires'), t('form:permissions'), t('form:websites'), t('by'), t('actions')]}
      rows={tokens}
      keyOf={(token) => token.id}
      cells={(token) => [
        token.name,
        stateOf(token),
        formats.dateTime(token.expiresAt),
        token.permissions.map((one) => t(`permissions:${one}`)).join(', '),
        token.websites?.map((website) => website.name).join(', ') ?? t('form:allWebsites'),
        `${token.createdByStaff.name}, ${formats.dateTime(token.createdAt)}`,
        token.revokedAt ? null : (
          <Stack key="actions" direction="row" spacing={1}>
            <ActionButton
              label={t('rotate')}
              aria-label={t('rotateOf', { name: token.name })}
              onClick={() => onOpen({ kind: 'rotate', token })}
            />
            <ActionButton
              color="error"
              label={t('revoke')}
              aria-label={t('revokeOf', { name: token.name })}
              onClick={() => onOpen({ kind: 'revoke', token })}
            />
          </Stack>
        ),
      ]}
    />
  );
}

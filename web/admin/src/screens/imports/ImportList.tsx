import Button from '@mui/material/Button';
import Link from '@mui/material/Link';
import Paper from '@mui/material/Paper';
import Stack from '@mui/material/Stack';
import Table from '@mui/material/Table';
import TableBody from '@mui/material/TableBody';
import TableCell from '@mui/material/TableCell';
import TableHead from '@mui/material/TableHead';
import TableRow from '@mui/material/TableRow';
import { useInfiniteQuery } from '@tanstack/react-query';
import { createLink, type LinkComponent } from '@tanstack/react-router';
import { lazy, Suspense, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useFormats } from '../../app/formats';
import { Empty } from '../../components/Empty';
import { Icon } from '../../components/icons';
import { PageHeader } from '../../components/PageHeader';
import { QueryFrame } from '../../components/QueryFrame';
import { type ImportFactsFragment, ImportListDocument } from '../../generated/graphql';
import { request } from '../../graph/request';

const NewImportDialog = lazy(() => import('./NewImportDialog'));
const RouteLink = createLink(Link) as LinkComponent<typeof Link>;

/** Files that were imported or are about to be. */
export function ImportList() {
  const { t } = useTranslation('imports');
  const [isOpen, setOpen] = useState(false);
  const imports = useInfiniteQuery({
    queryKey: ['imports', 'list'],
    initialPageParam: null as string | null,
    queryFn: ({ pageParam, signal }) => request(ImportListDocument, { after: pageParam }, { signal, isPartial: true }),
    getNextPageParam: ({ customerImports: found }) =>
      found?.pageInfo.hasNextPage ? found.pageInfo.endCursor : undefined,
  });
  return (
    <Stack spacing={2}>
      <PageHeader title={t('title')}>
        <Button variant="contained" startIcon={<Icon name="add" />} onClick={() => setOpen(true)}>
          {t('new')}
        </Button>
      </PageHeader>
      <QueryFrame query={imports}>
        {({ pages }) => {
          const all = pages.flatMap((page) => page.customerImports?.nodes ?? []);
          return (
            <>
              {all.length > 0 ? (
                <ImportTable imports={all} />
              ) : (
                <Empty icon="up" title={t('none')} text={t('noneText')} />
              )}
              {imports.hasNextPage ? (
                <Button onClick={() => void imports.fetchNextPage()}>{t('job:more')}</Button>
              ) : null}
              {isOpen ? (
                <Suspense fallback={null}>
                  <NewImportDialog websites={pages[0]?.websites ?? []} onClose={() => setOpen(false)} />
                </Suspense>
              ) : null}
            </>
          );
        }}
      </QueryFrame>
    </Stack>
  );
}

function ImportTable({ imports }: { imports: ImportFactsFragment[] }) {
  const { t } = useTranslation(['imports', 'values']);
  const formats = useFormats();
  return (
    <Paper variant="outlined" sx={{ overflowX: 'auto' }} tabIndex={0} role="region" aria-label={t('title')}>
      <Table size="small">
        <TableHead>
          <TableRow>
            {['file', 'status', 'rows', 'refused', 'owner', 'createdAt'].map((key) => (
              <TableCell key={key}>{t(`column.${key}`)}</TableCell>
            ))}
          </TableRow>
        </TableHead>
        <TableBody>
          {imports.map((one) => (
            <TableRow key={one.id} hover>
              <TableCell component="th" scope="row" sx={{ overflowWrap: 'anywhere' }}>
                <RouteLink to={'/imports/$id' as never} params={{ id: one.id } as never}>
                  {one.fileName}
                </RouteLink>
              </TableCell>
              <TableCell>{t(`values:ImportStatus.${one.status}`)}</TableCell>
              <TableCell>{formats.number(one.readCount)}</TableCell>
              <TableCell>{formats.number(one.refusedCount)}</TableCell>
              <TableCell>{one.staff?.name ?? one.service?.name ?? '–'}</TableCell>
              <TableCell>{formats.dateTime(one.createdAt)}</TableCell>
            </TableRow>
          ))}
        </TableBody>
      </Table>
    </Paper>
  );
}

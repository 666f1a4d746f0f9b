import Button from '@mui/material/Button';
import Stack from '@mui/material/Stack';
import Typography from '@mui/material/Typography';
import { useInfiniteQuery } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { lazy, Suspense, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useFormats } from '../../app/formats';
import { DataTable } from '../../components/DataTable';
import { Empty } from '../../components/Empty';
import { Icon } from '../../components/icons';
import { MoreButton } from '../../components/MoreButton';
import { PageHeader } from '../../components/PageHeader';
import { QueryFrame } from '../../components/QueryFrame';
import { usePermission } from '../../graph/viewer';
import { SearchBox } from '../../grid/SearchBox';
import { type Group, groupsQuery } from './queries';

const GroupDialog = lazy(() => import('./GroupDialog'));
const RemoveDialog = lazy(() => import('./RemoveDialog'));

/** Groups of customers: who is in them, and what they decide. */
export default function GroupsPage() {
  const { t } = useTranslation('groups');
  const formats = useFormats();
  const navigate = useNavigate();
  const { q: search = '' } = useSearch({ strict: false }) as { q?: string };
  const [open, setOpen] = useState<{ kind: 'edit'; group: Group | null } | { kind: 'remove'; group: Group } | null>(
    null,
  );
  const canManage = usePermission('GROUPS_MANAGE');
  const query = useInfiniteQuery(groupsQuery(search));
  const close = () => setOpen(null);
  return (
    <Stack spacing={1.5}>
      <PageHeader title={t('title')}>
        {canManage ? (
          <Button startIcon={<Icon name="add" />} onClick={() => setOpen({ kind: 'edit', group: null })}>
            {t('add')}
          </Button>
        ) : null}
      </PageHeader>
      <SearchBox
        value={search}
        label={t('search')}
        onChange={(q) => void navigate({ to: '.', search: { q } as never })}
      />
      <QueryFrame query={query}>
        {({ pages }) => {
          const groups = pages.flatMap((page) => page.customerGroups?.nodes ?? []);
          if (groups.length === 0) return <Empty icon="search" title={t('noMatch')} />;
          return (
            <>
              <Typography sx={{ mb: 1 }}>{t('count', { count: pages[0]?.customerGroups?.totalCount ?? 0 })}</Typography>
              <DataTable
                label={t('title')}
                heads={[t('number'), t('name'), t('taxClass'), t('members'), t('excluded'), t('actions')]}
                rows={groups}
                keyOf={(group) => group.id}
                cells={(group) => [
                  String(group.number),
                  group.name,
                  group.taxClass.name,
                  formats.number(group.memberCount),
                  group.excludedWebsites.map((website) => website.name).join(', '),
                  canManage ? (
                    <Stack key="actions" direction="row">
                      <Button
                        aria-label={t('editNamed', { name: group.name })}
                        onClick={() => setOpen({ kind: 'edit', group })}
                      >
                        {t('edit')}
                      </Button>
                      <Button
                        color="error"
                        aria-label={t('removeNamed', { name: group.name })}
                        onClick={() => setOpen({ kind: 'remove', group })}
                      >
                        {t('remove')}
                      </Button>
                    </Stack>
                  ) : null,
                ]}
              />
              <MoreButton query={query} />
            </>
          );
        }}
      </QueryFrame>
      <Suspense fallback={null}>
        {open?.kind === 'edit' ? <GroupDialog group={open.group} onClose={close} /> : null}
        {open?.kind === 'remove' ? <RemoveDialog group={open.group} onClose={close} /> : null}
      </Suspense>
    </Stack>
  );
}

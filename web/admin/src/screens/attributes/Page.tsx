import Button from '@mui/material/Button';
import Link from '@mui/material/Link';
import Stack from '@mui/material/Stack';
import Tab from '@mui/material/Tab';
import Tabs from '@mui/material/Tabs';
import Typography from '@mui/material/Typography';
import { useQuery } from '@tanstack/react-query';
import { createLink, type LinkComponent, useNavigate, useSearch } from '@tanstack/react-router';
import { lazy, Suspense, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { releaseFocus } from '../../app/focus';
import { ActionButton } from '../../components/ActionButton';
import { DataTable } from '../../components/DataTable';
import { Empty } from '../../components/Empty';
import { Icon } from '../../components/icons';
import { PageHeader } from '../../components/PageHeader';
import { QueryFrame } from '../../components/QueryFrame';
import { may } from '../../graph/capabilities';
import { usePermission } from '../../graph/viewer';
import { SearchBox } from '../../grid/SearchBox';
import { ENTITIES, type Listed, listQuery, readEntity } from './queries';

const NewDialog = lazy(() => import('./NewDialog'));
const RemoveDialog = lazy(() => import('./RemoveDialog'));
const RouteLink = createLink(Link) as LinkComponent<typeof Link>;

/** Facts about customers and addresses that the shop defines, beside its built-in fields, in the order of forms. */
export default function AttributesPage() {
  const { t } = useTranslation(['attributes', 'values']);
  const navigate = useNavigate();
  const search = useSearch({ strict: false }) as { entity?: string; q?: string };
  const entity = readEntity(search.entity);
  const [open, setOpen] = useState<'add' | Listed | null>(null);
  const canManage = usePermission('ATTRIBUTES_MANAGE');
  const query = useQuery(listQuery(entity));
  const go = (next: object) => void navigate({ to: '.', search: next as never });
  const close = () => {
    releaseFocus();
    setOpen(null);
  };
  return (
    <Stack spacing={1.5}>
      <PageHeader title={t('title')}>
        {canManage ? (
          <Button variant="contained" startIcon={<Icon name="add" />} onClick={() => setOpen('add')}>
            {t('add')}
          </Button>
        ) : null}
      </PageHeader>
      <Tabs
        value={entity}
        onChange={(_, next: string) => go({ entity: next })}
        aria-label={t('belongsTo')}
        sx={{ borderBottom: 1, borderColor: 'divider', minHeight: 40 }}
      >
        {ENTITIES.map((one) => (
          <Tab key={one} value={one} label={t(`values:AttributeEntity.${one}`)} />
        ))}
      </Tabs>
      <SearchBox value={search.q ?? ''} label={t('search')} onChange={(q) => go({ ...search, q })} />
      <QueryFrame query={query}>
        {({ attributes }) => (
          <Attributes all={(attributes ?? []).filter((one) => isFound(one, search.q ?? ''))} onRemove={setOpen} />
        )}
      </QueryFrame>
      <Suspense fallback={null}>
        {open === 'add' ? <NewDialog entity={entity} onClose={close} /> : null}
        {open && open !== 'add' ? <RemoveDialog attribute={open} onClose={close} /> : null}
      </Suspense>
    </Stack>
  );
}

function isFound({ code, label }: Listed, search: string): boolean {
  const words = search.toLowerCase().split(/\s+/).filter(Boolean);
  return words.every((word) => `${code} ${label}`.toLowerCase().includes(word));
}

function Attributes({ all, onRemove }: { all: Listed[]; onRemove: (one: Listed) => void }) {
  const { t } = useTranslation(['attributes', 'values', 'grid']);
  if (all.length === 0) return <Empty icon="search" title={t('noMatch')} />;
  return (
    <>
      <Typography>{t('count', { count: all.length })}</Typography>
      <DataTable
        label={t('title')}
        heads={['label', 'code', 'type', 'origin', 'forms', 'isRequired', 'isVisible', 'actions'].map((name) =>
          t(`head.${name}`),
        )}
        rows={all}
        keyOf={(one) => one.id}
        cells={(one) => [
          <RouteLink key="label" to={'/attributes/$id' as never} params={{ id: one.id } as never}>
            {one.label}
          </RouteLink>,
          one.code,
          t(`values:AttributeType.${one.type}`),
          one.isBeingDeleted ? t('beingDeleted') : t(one.isSystem ? 'builtIn' : 'ofShop'),
          one.forms.map((form) => t(`values:AttributeForm.${form}`)).join(', '),
          t(`grid:boolean.${one.isRequired}`),
          t(`grid:boolean.${one.isVisible}`),
          <Removal key="actions" attribute={one} onRemove={onRemove} />,
        ]}
      />
    </>
  );
}

function Removal({ attribute, onRemove }: { attribute: Listed; onRemove: (one: Listed) => void }) {
  const { t } = useTranslation('attributes');
  const { isShown, reason } = may(attribute.capabilities, 'ATTRIBUTE_DELETE');
  if (!isShown) return null;
  return (
    <ActionButton
      label={t('remove')}
      aria-label={t('removeNamed', { name: attribute.label })}
      variant="text"
      color="error"
      reason={reason}
      onClick={() => onRemove(attribute)}
    />
  );
}

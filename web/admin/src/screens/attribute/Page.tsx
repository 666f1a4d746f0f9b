import Alert from '@mui/material/Alert';
import Box from '@mui/material/Box';
import Chip from '@mui/material/Chip';
import Skeleton from '@mui/material/Skeleton';
import Stack from '@mui/material/Stack';
import { useQuery } from '@tanstack/react-query';
import { useParams, useSearch } from '@tanstack/react-router';
import { lazy, Suspense, useEffect, useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { releaseFocus } from '../../app/focus';
import { ActionButton } from '../../components/ActionButton';
import { Empty } from '../../components/Empty';
import { PageHeader } from '../../components/PageHeader';
import { QueryFrame } from '../../components/QueryFrame';
import type { AttributeType } from '../../generated/graphql';
import { may } from '../../graph/capabilities';
import { usePermission } from '../../graph/viewer';
import { readEntity } from '../attributes/queries';
import { Builder } from './Builder';
import { type Attribute, attributeQuery, newFieldsQuery } from './queries';
import { newFacts } from './values';

const RemoveDialog = lazy(() => import('../attributes/RemoveDialog'));

export default function AttributePage() {
  const { id = '' } = useParams({ strict: false }) as { id?: string };
  return id === 'new' ? <NewAttribute /> : <StoredAttribute key={id} id={id} />;
}

function NewAttribute() {
  const { t } = useTranslation(['attribute', 'attributes', 'values']);
  const search = useSearch({ strict: false }) as { entity?: string; type?: string };
  const entity = readEntity(search.entity);
  const type = (search.type ?? 'TEXT') as AttributeType;
  const canManage = usePermission('ATTRIBUTES_MANAGE');
  const facts = useMemo(() => newFacts(entity, type), [entity, type]);
  const query = useQuery(newFieldsQuery(entity, type));
  return (
    <Stack spacing={2}>
      <PageHeader title={t('attributes:add')} />
      <Kinds entity={entity} type={type} />
      <QueryFrame query={query}>
        {({ attributeFields }) => (
          <Builder key={entity + type} facts={facts} states={attributeFields ?? []} isReadOnly={!canManage} />
        )}
      </QueryFrame>
    </Stack>
  );
}

function StoredAttribute({ id }: { id: string }) {
  const { t } = useTranslation('attribute');
  const query = useQuery(attributeQuery(id));
  return (
    <QueryFrame query={query} skeleton={<Skeleton variant="rounded" height={480} />}>
      {({ attribute }) =>
        attribute ? (
          <Loaded attribute={attribute} />
        ) : (
          <Empty icon="columns" title={t('unknown')} text={t('unknownText')} />
        )
      }
    </QueryFrame>
  );
}

function Loaded({ attribute }: { attribute: Attribute }) {
  const { t } = useTranslation(['attribute', 'attributes']);
  const [isOpen, setOpen] = useState(false);
  const update = attribute.capabilities.find((one) => one.action === 'ATTRIBUTE_UPDATE');
  const removal = may(attribute.capabilities, 'ATTRIBUTE_DELETE');
  useEffect(() => {
    document.title = attribute.label;
  }, [attribute.label]);
  return (
    <Stack spacing={2}>
      <PageHeader title={attribute.label}>
        {removal.isShown ? (
          <ActionButton
            label={t('attributes:remove')}
            color="error"
            reason={removal.reason}
            onClick={() => setOpen(true)}
          />
        ) : null}
      </PageHeader>
      <Kinds entity={attribute.entity} type={attribute.type} />
      {attribute.isSystem ? <Alert severity="info">{t('builtInText')}</Alert> : null}
      {attribute.isBeingDeleted ? <Alert severity="warning">{t('attributes:beingDeleted')}</Alert> : null}
      <Builder
        facts={attribute}
        states={update?.fields ?? []}
        isReadOnly={attribute.isBeingDeleted || !update || update.missingPermission !== null}
      />
      {isOpen ? (
        <Suspense fallback={null}>
          <RemoveDialog
            attribute={attribute}
            onClose={() => {
              releaseFocus();
              setOpen(false);
            }}
          />
        </Suspense>
      ) : null}
    </Stack>
  );
}

function Kinds({ entity, type }: Pick<Attribute, 'entity' | 'type'>) {
  const { t } = useTranslation('values');
  return (
    <Box sx={{ display: 'flex', gap: 1 }}>
      <Chip size="small" label={t(`AttributeEntity.${entity}`)} />
      <Chip size="small" label={t(`AttributeType.${type}`)} />
    </Box>
  );
}

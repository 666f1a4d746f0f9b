import { useNavigate } from '@tanstack/react-router';
import { useRef } from 'react';
import { useTranslation } from 'react-i18next';
import ActionDialog from '../../form/ActionDialog';
import type { AttributeEntity, AttributeType } from '../../generated/graphql';
import { ENTITIES } from './queries';

const TYPES: AttributeType[] = [
  'TEXT',
  'TEXT_AREA',
  'MULTILINE',
  'DATE',
  'BOOLEAN',
  'SELECT',
  'MULTI_SELECT',
  'FILE',
  'IMAGE',
];

/** What never changes is chosen first: what it belongs to, and what it takes. */
export default function NewDialog({ entity, onClose }: { entity: AttributeEntity; onClose: () => void }) {
  const { t } = useTranslation(['attributes', 'values', 'form']);
  const navigate = useNavigate();
  const chosen = useRef({ entity: entity as string, type: 'TEXT' });
  return (
    <ActionDialog
      title={t('add')}
      text={t('addText')}
      confirm={t('next')}
      fields={[
        {
          name: 'entity',
          label: t('belongsTo'),
          kind: 'select',
          options: ENTITIES.map((one) => ({ value: one, label: t(`values:AttributeEntity.${one}`) })),
        },
        {
          name: 'type',
          label: t('head.type'),
          kind: 'select',
          options: TYPES.map((one) => ({ value: one, label: t(`values:AttributeType.${one}`) })),
        },
      ]}
      initial={chosen.current}
      run={async (values) => {
        chosen.current = { entity: String(values.entity), type: String(values.type) };
        return { errors: [] };
      }}
      onDone={() =>
        navigate({ to: '/attributes/$id' as never, params: { id: 'new' } as never, search: chosen.current as never })
      }
      onClose={onClose}
    />
  );
}

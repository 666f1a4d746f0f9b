import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import ActionDialog from '../../form/ActionDialog';
import type { Values } from '../../form/fields';
import { GroupAddDocument, GroupSaveDocument } from '../../generated/graphql';
import { queryClient } from '../../graph/queries';
import { request } from '../../graph/request';
import { choicesQuery, type Group } from './queries';

/** A new group, or another name, tax class and websites for one. */
export default function GroupDialog({ group, onClose }: { group: Group | null; onClose: () => void }) {
  const { t } = useTranslation('groups');
  const { data } = useQuery(choicesQuery);
  if (!data) return null;
  const named = (all: { id: string; name: string }[]) => all.map(({ id, name }) => ({ value: id, label: name }));
  const classes = named((data.taxClasses ?? []).filter((one) => one.kind === 'CUSTOMER'));
  return (
    <ActionDialog
      title={t(group ? 'edit' : 'add')}
      confirm={t('common:save')}
      fields={[
        { name: 'name', label: t('name'), isRequired: true },
        { name: 'taxClassId', label: t('taxClass'), kind: 'select', options: classes },
        {
          name: 'excludedWebsiteIds',
          label: t('excluded'),
          kind: 'multi',
          options: named(data.websites ?? []),
          hint: t('excludedHint'),
        },
      ]}
      initial={{
        name: group?.name ?? '',
        taxClassId: group?.taxClass.id ?? classes[0]?.value ?? '',
        excludedWebsiteIds: group?.excludedWebsites.map((website) => website.id) ?? [],
      }}
      run={async (values) => ({ errors: await saveGroup(group, values) })}
      onDone={() => queryClient.invalidateQueries({ queryKey: ['groups'] })}
      onClose={onClose}
    />
  );
}

async function saveGroup(group: Group | null, values: Values) {
  const given = {
    name: String(values.name),
    ...(values.taxClassId ? { taxClassId: String(values.taxClassId) } : {}),
    excludedWebsiteIds: values.excludedWebsiteIds as string[],
  };
  if (!group) return (await request(GroupAddDocument, { input: given })).customerGroupCreate?.userErrors ?? [];
  const input = { id: group.id, expectedVersion: group.version, ...given };
  return (await request(GroupSaveDocument, { input })).customerGroupUpdate?.userErrors ?? [];
}

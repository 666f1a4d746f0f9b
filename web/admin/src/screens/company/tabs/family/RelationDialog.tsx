import { useTranslation } from 'react-i18next';
import ActionDialog from '../../../../form/ActionDialog';
import type { Values } from '../../../../form/fields';
import { type CompanyFilter, CompanyParentDocument, CompanyRelativesDocument } from '../../../../generated/graphql';
import type { FieldError } from '../../../../graph/errors';
import { request } from '../../../../graph/request';
import { refreshCompany } from '../../query';
import type { Relation } from './Panel';

interface Props {
  id: string;
  websiteId: string;
  relation: Relation;
  onClose: () => void;
}

/** Puts a company below another one, found by its number, or lets it stand alone. */
export default function RelationDialog({ id, websiteId, relation, onClose }: Props) {
  const { t } = useTranslation('company');
  const isDetached = relation.kind === 'detach';

  async function run(values: Values): Promise<FieldError[]> {
    if (relation.kind === 'detach') return setParent(relation.child.id, null);
    const other = await findCompany(websiteId, String(values.other));
    if (!other) return [{ key: 'other', message: t('noRelative'), path: ['other'] }];
    const errors = relation.kind === 'join' ? await setParent(id, other) : await setParent(other, id);
    return errors.map((error) => ({ ...error, path: ['other'] }));
  }

  return (
    <ActionDialog
      title={isDetached ? t('detachNamed', { name: relation.child.name }) : t(relation.kind)}
      text={isDetached ? t('detachText') : t('relationText')}
      confirm={t(relation.kind)}
      fields={isDetached ? [] : [{ name: 'other', label: t('relativeNumber'), kind: 'number', isRequired: true }]}
      initial={isDetached ? {} : { other: '' }}
      run={async (values) => ({ errors: await run(values) })}
      onDone={() => refreshCompany(id)}
      onClose={onClose}
    />
  );
}

async function setParent(companyId: string, parentId: string | null): Promise<FieldError[]> {
  const done = await request(CompanyParentDocument, { input: { companyId, parentId } });
  return done.companyParentSet?.userErrors ?? [];
}

async function findCompany(websiteId: string, typed: string): Promise<string | null> {
  if (!/^\s*\d{1,9}\s*$/.test(typed)) return null;
  const filter = { website: { eq: websiteId }, number: { eq: Number(typed) } } as unknown as CompanyFilter;
  const { companies } = await request(CompanyRelativesDocument, { filter });
  return companies?.nodes[0]?.id ?? null;
}

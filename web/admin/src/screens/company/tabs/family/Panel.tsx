import Link from '@mui/material/Link';
import Stack from '@mui/material/Stack';
import Typography from '@mui/material/Typography';
import { useQuery } from '@tanstack/react-query';
import { createLink, type LinkComponent } from '@tanstack/react-router';
import { lazy, Suspense, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { releaseFocus } from '../../../../app/focus';
import { ActionButton } from '../../../../components/ActionButton';
import { DataTable } from '../../../../components/DataTable';
import { Empty } from '../../../../components/Empty';
import { QueryFrame } from '../../../../components/QueryFrame';
import { useMay } from '../../query';
import { familyQuery, type Relative } from './query';

const RouteLink = createLink(Link) as LinkComponent<typeof Link>;
const RelationDialog = lazy(() => import('./RelationDialog'));

export type Relation = { kind: 'join' | 'take' } | { kind: 'detach'; child: { id: string; name: string } };

/** The company above this one, or those below it. */
export default function FamilyPanel({ id }: { id: string }) {
  const { t } = useTranslation(['company', 'values']);
  const [open, setOpen] = useState<Relation | null>(null);
  const { isShown, reason } = useMay(id)('COMPANY_PARENT_SET');
  const close = () => {
    releaseFocus();
    setOpen(null);
  };
  return (
    <QueryFrame query={useQuery(familyQuery(id))}>
      {({ company }) => {
        if (!company) return null;
        const { parent, children, kind } = company;
        const button = (label: string, relation: Relation) =>
          isShown ? <ActionButton label={label} reason={reason} onClick={() => setOpen(relation)} /> : null;
        return (
          <Stack spacing={2}>
            {kind === 'COMPANY' ? <Empty icon="building" title={t('alone')} text={t('aloneText')} /> : null}
            {parent ? (
              <Stack spacing={1}>
                <Typography variant="h2">{t('parent')}</Typography>
                <Relatives label={t('parent')} all={[parent]} />
              </Stack>
            ) : null}
            {children.totalCount > 0 ? (
              <Stack spacing={1}>
                <Typography variant="h2">{t('childCount', { count: children.totalCount })}</Typography>
                <Relatives
                  label={t('children')}
                  all={children.nodes}
                  onDetach={isShown ? (child) => setOpen({ kind: 'detach', child }) : undefined}
                />
              </Stack>
            ) : null}
            <Stack direction="row" sx={{ flexWrap: 'wrap', gap: 1 }}>
              {kind === 'COMPANY' ? button(t('join'), { kind: 'join' }) : null}
              {kind === 'CHILD' ? button(t('detach'), { kind: 'detach', child: company }) : null}
              {kind !== 'CHILD' ? button(t('take'), { kind: 'take' }) : null}
            </Stack>
            <Suspense fallback={null}>
              {open ? <RelationDialog id={id} websiteId={company.website.id} relation={open} onClose={close} /> : null}
            </Suspense>
          </Stack>
        );
      }}
    </QueryFrame>
  );
}

interface RelativesProps {
  label: string;
  all: Relative[];
  onDetach?: ((child: Relative) => void) | undefined;
}

function Relatives({ label, all, onDetach }: RelativesProps) {
  const { t } = useTranslation(['company', 'values', 'columns']);
  return (
    <DataTable
      label={label}
      heads={[t('columns:number'), t('columns:name'), t('columns:status'), t('member.actions')]}
      rows={all}
      keyOf={(one) => one.id}
      cells={(one) => [
        String(one.number),
        <RouteLink key="name" to={'/companies/$id' as never} params={{ id: one.id } as never}>
          {one.name}
        </RouteLink>,
        t(`values:CompanyStatus.${one.status}`),
        onDetach ? (
          <ActionButton
            key="detach"
            label={t('detach')}
            aria-label={t('detachNamed', { name: one.name })}
            variant="text"
            onClick={() => onDetach(one)}
          />
        ) : null,
      ]}
    />
  );
}

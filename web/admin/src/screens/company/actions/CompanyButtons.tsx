import Box from '@mui/material/Box';
import { lazy, Suspense, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { releaseFocus } from '../../../app/focus';
import { ActionButton } from '../../../components/ActionButton';
import { may } from '../../../graph/capabilities';
import type { Company } from '../query';

const DecisionDialog = lazy(() => import('./DecisionDialog'));
const DeleteDialog = lazy(() => import('./DeleteDialog'));

const DECISIONS = ['activate', 'reject', 'block'] as const;
export type Decision = (typeof DECISIONS)[number];

/** What staff decide about a company: absent without the permission, disabled with its reason by a rule. */
export function CompanyButtons({ company }: { company: Company }) {
  const { t } = useTranslation('company');
  const [open, setOpen] = useState<Decision | 'delete' | null>(null);
  const { capabilities } = company;
  const deletion = may(capabilities, 'COMPANY_DELETE');
  const decisions = DECISIONS.map((name) => ({ name, ...may(capabilities, `COMPANY_${name.toUpperCase()}`) }));
  const shown = decisions.filter((one) => one.isShown);
  if (shown.length === 0 && !deletion.isShown) return null;
  const close = () => {
    releaseFocus();
    setOpen(null);
  };
  return (
    <Box role="toolbar" aria-label={t('actions')} sx={{ display: 'flex', flexWrap: 'wrap', gap: 1 }}>
      {shown.map(({ name, reason }) => (
        <ActionButton
          key={name}
          label={t(`action.${name}` as 'action.block')}
          reason={reason}
          variant={name === 'activate' && !reason ? 'contained' : 'outlined'}
          onClick={() => setOpen(name)}
        />
      ))}
      {deletion.isShown ? (
        <ActionButton
          label={t('action.delete')}
          reason={deletion.reason}
          color="error"
          onClick={() => setOpen('delete')}
        />
      ) : null}
      <Suspense fallback={null}>
        {open === 'delete' ? <DeleteDialog company={company} onClose={close} /> : null}
        {open && open !== 'delete' ? <DecisionDialog decision={open} company={company} onClose={close} /> : null}
      </Suspense>
    </Box>
  );
}

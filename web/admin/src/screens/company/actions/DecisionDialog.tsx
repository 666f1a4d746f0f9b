import Alert from '@mui/material/Alert';
import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { QueryFrame } from '../../../components/QueryFrame';
import ActionDialog from '../../../form/ActionDialog';
import type { Field } from '../../../form/fields';
import { CompanyActivateDocument, CompanyBlockDocument, CompanyRejectDocument } from '../../../generated/graphql';
import type { FieldError } from '../../../graph/errors';
import { request } from '../../../graph/request';
import { type Company, refreshCompany } from '../query';
import type { Decision } from './CompanyButtons';

interface Props {
  decision: Decision;
  company: Company;
  onClose: () => void;
}

/** A decision about a company, tried before it is confirmed; a rejection needs its reason. */
export default function DecisionDialog({ decision, company, onClose }: Props) {
  const { t } = useTranslation('company');
  const isRejection = decision === 'reject';
  const trial = useQuery({
    queryKey: ['company-trial', company.id, decision],
    // Any reason will do to learn whether the state of the company allows it.
    queryFn: async () => ({ refused: await decide(decision, company.id, '–', true) }),
    staleTime: 0,
    gcTime: 0,
  });
  const refused = trial.data?.refused ?? [];
  const reason: Field = {
    name: 'reason',
    label: t('reason'),
    kind: 'area',
    isRequired: true,
    maxLength: 1000,
    hint: t('reasonHint'),
  };
  return (
    <ActionDialog
      title={t(`decide.${decision}` as 'decide.block', { name: company.name })}
      text={t(`decideText.${decision}` as 'decideText.block')}
      confirm={t(`action.${decision}` as 'action.block')}
      isRefused={!trial.data || refused.length > 0}
      fields={isRejection ? [reason] : []}
      initial={isRejection ? { reason: '' } : {}}
      run={async (values) => ({ errors: await decide(decision, company.id, String(values.reason), false) })}
      onDone={() => refreshCompany(company.id)}
      onClose={onClose}
    >
      <QueryFrame query={trial} skeleton={<Alert severity="info">{t('trying')}</Alert>}>
        {() =>
          refused.length > 0 ? (
            refused.map((one) => (
              <Alert key={one.key} severity="error" role="alert">
                {one.message}
              </Alert>
            ))
          ) : (
            <Alert severity="success">{t('possible')}</Alert>
          )
        }
      </QueryFrame>
    </ActionDialog>
  );
}

async function decide(decision: Decision, id: string, reason: string, dryRun: boolean): Promise<FieldError[]> {
  const about = { input: { id }, dryRun };
  switch (decision) {
    case 'activate':
      return (await request(CompanyActivateDocument, about)).companyActivate?.userErrors ?? [];
    case 'block':
      return (await request(CompanyBlockDocument, about)).companyBlock?.userErrors ?? [];
    default: {
      const rejected = await request(CompanyRejectDocument, { input: { id, reason }, dryRun });
      return rejected.companyReject?.userErrors ?? [];
    }
  }
}

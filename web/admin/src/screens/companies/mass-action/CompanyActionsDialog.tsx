import type { ComponentProps } from 'react';
import MassActionDialog from '../../../bulk/MassActionDialog';
import { COMPANY_ACTIONS } from './actions';

type Given = Omit<ComponentProps<typeof MassActionDialog>, 'of'>;

export default function CompanyActionsDialog(given: Given) {
  return <MassActionDialog of={COMPANY_ACTIONS} {...given} />;
}

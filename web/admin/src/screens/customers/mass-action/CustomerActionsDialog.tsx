import type { ComponentProps } from 'react';
import MassActionDialog from '../../../bulk/MassActionDialog';
import { CUSTOMER_ACTIONS } from './actions';

type Given = Omit<ComponentProps<typeof MassActionDialog>, 'of'>;

export default function CustomerActionsDialog(given: Given) {
  return <MassActionDialog of={CUSTOMER_ACTIONS} {...given} />;
}

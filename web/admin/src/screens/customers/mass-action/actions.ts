import type { MassActions, Wanted } from '../../../bulk/massActions';
import {
  type CustomerMassActionInput,
  CustomerMassDoDocument,
  CustomerMassTryDocument,
  CustomerSelectDocument,
} from '../../../generated/graphql';
import { request } from '../../../graph/request';
import { selectionOf } from '../selected';
import { ParameterFields } from './ParameterFields';
import { NOTHING_GIVEN, type Parameters, writeParameters } from './parameters';

export const CUSTOMER_ACTIONS: MassActions<Parameters> = {
  noun: 'customers',
  grid: 'CUSTOMERS',
  nothingGiven: NOTHING_GIVEN,
  Fields: ParameterFields,
  select: async (list) => {
    const { customerSelectionCreate: made } = await request(CustomerSelectDocument, { input: selectionOf(list) });
    return { selectionId: made?.selection?.id ?? null, errors: made?.userErrors ?? [] };
  },
  attempt: async (wanted) => {
    const { customerMassAction: tried } = await request(CustomerMassTryDocument, { input: inputOf(wanted) });
    return { forecast: tried ?? null, errors: tried?.userErrors ?? [] };
  },
  act: async (wanted, idempotencyKey) => {
    const input = { ...inputOf(wanted), idempotencyKey };
    const { customerMassAction: done } = await request(CustomerMassDoDocument, { input });
    return { jobId: done?.job?.id ?? null, errors: done?.userErrors ?? [] };
  },
};

function inputOf({ action, parameters, selectionId }: Wanted<Parameters>): CustomerMassActionInput {
  return {
    action: action as CustomerMassActionInput['action'],
    selection: { selectionId } as CustomerMassActionInput['selection'],
    errorPolicy: 'SKIP',
    ...writeParameters(action, parameters),
  };
}

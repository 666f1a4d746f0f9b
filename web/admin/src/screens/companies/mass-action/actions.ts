import type { MassActions, Wanted } from '../../../bulk/massActions';
import {
  type CompanyMassActionInput,
  CompanyMassDoDocument,
  CompanyMassTryDocument,
  CompanySelectDocument,
  type CompanySelectionCreateInput,
} from '../../../generated/graphql';
import { request } from '../../../graph/request';
import { selectionOf } from '../../customers/selected';
import { NOTHING_GIVEN, ParameterFields, type Parameters } from './ParameterFields';

export const COMPANY_ACTIONS: MassActions<Parameters> = {
  noun: 'companies',
  grid: 'COMPANIES',
  nothingGiven: NOTHING_GIVEN,
  Fields: ParameterFields,
  select: async (list) => {
    const input = selectionOf(list) as unknown as CompanySelectionCreateInput;
    const { companySelectionCreate: made } = await request(CompanySelectDocument, { input });
    return { selectionId: made?.selection?.id ?? null, errors: made?.userErrors ?? [] };
  },
  attempt: async (wanted) => {
    const { companyMassAction: tried } = await request(CompanyMassTryDocument, { input: inputOf(wanted) });
    return { forecast: tried ?? null, errors: tried?.userErrors ?? [] };
  },
  act: async (wanted, idempotencyKey) => {
    const input = { ...inputOf(wanted), idempotencyKey };
    const { companyMassAction: done } = await request(CompanyMassDoDocument, { input });
    return { jobId: done?.job?.id ?? null, errors: done?.userErrors ?? [] };
  },
};

function inputOf({ action, parameters, selectionId }: Wanted<Parameters>): CompanyMassActionInput {
  return {
    action: action as CompanyMassActionInput['action'],
    selection: { selectionId } as CompanyMassActionInput['selection'],
    errorPolicy: 'SKIP',
    ...(action === 'ASSIGN_GROUP' ? { groupId: parameters.groupId || null } : {}),
    ...(action === 'ASSIGN_SALES_REPRESENTATIVE'
      ? { salesRepresentativeId: parameters.salesRepresentativeId || null }
      : {}),
  };
}

import type { Done } from '../../form/ActionDialog';
import {
  StaffEndSessionsDocument,
  StaffInvitationTakeBackDocument,
  StaffInviteAgainDocument,
  StaffSwitchOffDocument,
  StaffSwitchOnDocument,
} from '../../generated/graphql';
import { queryClient } from '../../graph/queries';
import { request } from '../../graph/request';

export type StaffAction = 'invite' | 'activate' | 'deactivate' | 'forceSignIn' | 'withdraw';

/** What can be done to a staff user besides editing; `withdraw` takes the id of an invitation. */
export async function runStaffAction(action: StaffAction, id: string): Promise<Done> {
  const variables = { input: { id } };
  switch (action) {
    case 'invite':
      return { errors: (await request(StaffInviteAgainDocument, variables)).staffInvite?.userErrors ?? [] };
    case 'activate':
      return { errors: (await request(StaffSwitchOnDocument, variables)).staffActivate?.userErrors ?? [] };
    case 'deactivate':
      return { errors: (await request(StaffSwitchOffDocument, variables)).staffDeactivate?.userErrors ?? [] };
    case 'forceSignIn':
      return { errors: (await request(StaffEndSessionsDocument, variables)).staffForceSignIn?.userErrors ?? [] };
    case 'withdraw':
      return {
        errors: (await request(StaffInvitationTakeBackDocument, variables)).staffInvitationWithdraw?.userErrors ?? [],
      };
  }
}

export function refreshStaff(): Promise<void> {
  return queryClient.invalidateQueries({ queryKey: ['staff'] });
}

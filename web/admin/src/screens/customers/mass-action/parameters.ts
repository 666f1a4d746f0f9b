import type { CustomerMassActionInput } from '../../../generated/graphql';

/** What an action takes besides the customers. */
export interface Parameters {
  groupId: string;
  tags: string;
  lockedUntil: string;
  note: string;
  /** Values by field, for those that are to be changed; empty to clear one. */
  edit: Record<string, string>;
}

export const NOTHING_GIVEN: Parameters = { groupId: '', tags: '', lockedUntil: '', note: '', edit: {} };

export function writeParameters(action: string, given: Parameters): Partial<CustomerMassActionInput> {
  switch (action) {
    case 'ASSIGN_GROUP':
      return { groupId: given.groupId || null };
    case 'ADD_TAGS':
    case 'REMOVE_TAGS':
      return { tags: given.tags.split(',').flatMap((tag) => tag.trim() || []) };
    case 'LOCK':
      return {
        lockedUntil: given.lockedUntil ? new Date(given.lockedUntil).toISOString() : null,
        note: given.note || null,
      };
    case 'EDIT':
      return {
        edit: Object.fromEntries(Object.entries(given.edit).map(([field, text]) => [field, read(field, text)])),
      };
    default:
      return {};
  }
}

function read(field: string, text: string): unknown {
  if (field === 'isAutomaticGroupChangeDisabled') return text === 'true';
  if (field === 'birthYear') return text ? Number(text) : null;
  return text || null;
}

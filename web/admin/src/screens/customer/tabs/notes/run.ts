import type { Done } from '../../../../form/ActionDialog';
import type { Values } from '../../../../form/fields';
import {
  CustomerNoteAddDocument,
  CustomerNoteRemoveDocument,
  CustomerNoteSaveDocument,
  type CustomerNotesQuery,
  CustomerTagAddDocument,
  CustomerTagRemoveDocument,
} from '../../../../generated/graphql';
import { request } from '../../../../graph/request';

export type Note = NonNullable<CustomerNotesQuery['customer']>['notes']['nodes'][number];

export async function addNote(customerId: string, values: Values): Promise<Done> {
  const input = { customerId, text: String(values.text), isPinned: values.isPinned === true };
  return { errors: (await request(CustomerNoteAddDocument, { input })).customerNoteCreate?.userErrors ?? [] };
}

export async function saveNote({ id, version }: Note, values: Values): Promise<Done> {
  const input = { id, expectedVersion: version, text: String(values.text), isPinned: values.isPinned === true };
  return { errors: (await request(CustomerNoteSaveDocument, { input })).customerNoteUpdate?.userErrors ?? [] };
}

export async function removeNote({ id }: Note): Promise<Done> {
  const done = await request(CustomerNoteRemoveDocument, { input: { id } });
  return { errors: done.customerNoteDelete?.userErrors ?? [] };
}

export async function addTag(customerId: string, tag: string): Promise<Done> {
  const done = await request(CustomerTagAddDocument, { input: { customerId, tags: [tag] } });
  return { errors: done.customerTagsAdd?.userErrors ?? [] };
}

export async function removeTag(customerId: string, tag: string): Promise<Done> {
  const done = await request(CustomerTagRemoveDocument, { input: { customerId, tags: [tag] } });
  return { errors: done.customerTagsRemove?.userErrors ?? [] };
}

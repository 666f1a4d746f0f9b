import { queryOptions } from '@tanstack/react-query';
import type { Field } from '../../form/fields';
import { RolesDocument, type RolesQuery } from '../../generated/graphql';
import { request } from '../../graph/request';

export type Role = NonNullable<RolesQuery['staffRoles']>[number];

export const rolesQuery = queryOptions({
  queryKey: ['staff', 'roles'],
  queryFn: ({ signal }) => request(RolesDocument, {}, { signal }),
});

/** Whoever has a password proves with it that nobody else sits at their desk. */
export function passwordField(data: RolesQuery, label: string): Field[] {
  if (!data.staffMe?.isPasswordSet) return [];
  return [{ name: 'password', label, kind: 'password', isRequired: true, autoComplete: 'current-password' }];
}

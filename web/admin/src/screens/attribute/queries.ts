import { queryOptions } from '@tanstack/react-query';
import {
  type AttributeEntity,
  type AttributeFactsFragment,
  AttributeFormsDocument,
  AttributeNewFieldsDocument,
  AttributePageDocument,
  type AttributePageQuery,
  AttributeScopesDocument,
  type AttributeType,
} from '../../generated/graphql';
import { request } from '../../graph/request';

export type Facts = AttributeFactsFragment;
export type Attribute = NonNullable<AttributePageQuery['attribute']>;

export interface FieldState {
  field: string;
  isAllowed: boolean;
  message?: string | null;
}

export function attributeQuery(id: string) {
  return queryOptions({
    queryKey: ['attributes', 'one', id],
    queryFn: ({ signal }) => request(AttributePageDocument, { id }, { signal }),
  });
}

export function newFieldsQuery(entity: AttributeEntity, type: AttributeType) {
  return queryOptions({
    queryKey: ['attributes', 'new', entity, type],
    queryFn: ({ signal }) => request(AttributeNewFieldsDocument, { entity, type }, { signal }),
  });
}

export const scopesQuery = queryOptions({
  queryKey: ['attributes', 'scopes'],
  queryFn: ({ signal }) => request(AttributeScopesDocument, {}, { signal, isPartial: true }),
  staleTime: 60_000,
});

export function formsQuery(entity: AttributeEntity) {
  return queryOptions({
    queryKey: ['attributes', 'forms', entity],
    queryFn: ({ signal }) => request(AttributeFormsDocument, { entity }, { signal }),
  });
}

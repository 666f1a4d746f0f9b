import { queryOptions } from '@tanstack/react-query';
import { type AttributeEntity, AttributeListDocument, type AttributeListQuery } from '../../generated/graphql';
import { request } from '../../graph/request';

export type Listed = NonNullable<AttributeListQuery['attributes']>[number];

export const ENTITIES: AttributeEntity[] = ['CUSTOMER', 'ADDRESS'];

export function readEntity(given: string | undefined): AttributeEntity {
  return ENTITIES.find((one) => one === given) ?? 'CUSTOMER';
}

export function listQuery(entity: AttributeEntity) {
  return queryOptions({
    queryKey: ['attributes', 'list', entity],
    queryFn: ({ signal }) => request(AttributeListDocument, { entity }, { signal }),
  });
}

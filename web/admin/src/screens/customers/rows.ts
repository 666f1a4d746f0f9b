import { keepPreviousData, queryOptions } from '@tanstack/react-query';
import {
  CustomerCountDocument,
  CustomerListDocument,
  type CustomerListQuery,
  type CustomerRowFragment,
  CustomerRowsDocument,
  type CustomerRowsQueryVariables,
} from '../../generated/graphql';
import { request } from '../../graph/request';
import type { Row } from '../../grid/ListGrid';
import type { GridFacts } from '../../grid/labels';
import { type Column, type ListState, sortArgument } from '../../grid/state';

export const ENUMS = {
  confirmationStatus: 'ConfirmationStatus',
  customerType: 'CustomerType',
  gender: 'Gender',
  newsletterStatus: 'SubscriptionStatus',
  status: 'CustomerStatus',
};

/** The field of the quick edit that a column is edited by, where it has another name. */
export const EDITED_FIELDS: Record<string, string> = { group: 'groupId', website: 'websiteId' };

export const listQuery = queryOptions({
  queryKey: ['customers', 'list'],
  queryFn: ({ signal }) => request(CustomerListDocument, {}, { signal, isPartial: true }),
  staleTime: 60_000,
});

export function rowsQuery(state: ListState, columns: Column[]) {
  const variables = {
    ...(state.before ? { last: state.size, before: state.before } : { first: state.size, after: state.after }),
    filter: state.filter,
    search: state.search || null,
    sort: sortArgument(state, columns),
  } as CustomerRowsQueryVariables;
  return queryOptions({
    queryKey: ['customers', 'rows', variables],
    queryFn: ({ signal }) => request(CustomerRowsDocument, variables, { signal }),
    placeholderData: keepPreviousData,
  });
}

export function countQuery({ filter, search }: ListState) {
  return queryOptions({
    queryKey: ['customers', 'count', filter, search],
    queryFn: ({ signal }) => request(CustomerCountDocument, { filter, search: search || null }, { signal }),
    placeholderData: keepPreviousData,
  });
}

export function rowOf(customer: CustomerRowFragment): Row {
  return { id: customer.id, version: customer.version, ...customer.gridRow };
}

export function factsOf(list: CustomerListQuery): GridFacts {
  const websites = list.websites ?? [];
  const views = websites.flatMap((website) => website.stores.flatMap((store) => store.storeViews));
  const named = (given: { id: string; name: string }[]) => given.map(({ id, name }) => ({ value: id, label: name }));
  const groups = named(list.customerGroups?.nodes ?? []);
  return {
    enums: ENUMS,
    options: { group: groups, website: named(websites), createdIn: named(views), subscribedStoreView: named(views) },
  };
}
